package org.cloister.manager.usage;

import java.time.Instant;

/**
 * What a tenant used in one step.
 *
 * @param at its beginning
 * @param mean in the order of {@link History#LIMITS} and the units of these limits
 * @param peak likewise; of a minute the same as the mean
 */
record Sample(Instant at, float[] mean, float[] peak) {}
