package org.cloister.agent.network;

import java.util.EnumMap;
import java.util.Map;
import org.cloister.protocol.Limit;

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
        long connections) {

    /** Of a tenant that does not run, or of whom nobody asked. */
    public static final Traffic NONE = new Traffic(0, 0, 0, 0, 0, 0, 0, 0);

    /** How often each limit of the link acted, if it did. */
    public Map<Limit, Long> hits() {
        Map<Limit, Long> hits = new EnumMap<>(Limit.class);
        hits.put(Limit.CONNECTIONS, crowded);
        hits.put(Limit.RECEIVE, receiveHeld);
        hits.put(Limit.SEND, sendHeld);
        hits.values().removeIf(count -> count == 0);
        return hits;
    }
}
