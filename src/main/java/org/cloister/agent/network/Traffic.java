package org.cloister.agent.network;

/**
 * What crossed a tenant's link, or did not, since it was connected.
 *
 * @param sentBytes let out, as the other counts of bytes with IP headers
 * @param spoofed packets whose source was not the tenant's
 * @param refused packets to neighbours, the machine, private ranges and the like
 * @param crowded connections refused because the tenant had as many as it may have
 * @param sendHeld packets held back or dropped by the rate, as {@code receiveHeld}
 * @param connections kept track of now
 */
public record Traffic(
        long sentBytes,
        long receivedBytes,
        long spoofed,
        long refused,
        long crowded,
        long sendHeld,
        long receiveHeld,
        long connections) {}
