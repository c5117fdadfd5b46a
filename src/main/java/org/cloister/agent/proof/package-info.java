/**
 * The isolation proof: an experiment, not a checklist (proof.md).
 *
 * <p>A canary is planted in every tenant and on the machine, a probe in every tenant tries every vector of the catalogue at
 * others' and at the machine (who at whom: {@link org.cloister.agent.proof.Pairs}), and three controls make a denial mean
 * something: the owner reaches its own canary, the probe gets through where a sandbox is known to be broken, and the
 * canaries are seen from outside to have lived on. What cannot be tried here is not applicable, with why, and never counts
 * as passed.
 *
 * <p>What was found is a record of {@link org.cloister.agent.chain}, and so is that of a tenant being gone. May use
 * everything else of the agent but {@link org.cloister.agent.neighbour}.
 */
package org.cloister.agent.proof;
