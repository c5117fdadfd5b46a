package org.cloister.protocol;

import java.time.Instant;
import java.util.List;

/**
 * What a tenant uses now, read from the kernel. Counters count since the sandbox was launched; what this machine cannot
 * tell is 0.
 *
 * @param cpuMicros CPU time
 * @param cpuThrottledMicros time in which its threads waited for their quota
 * @param receivedBytes over its link, as {@code sentBytes}
 * @param connections beyond the tenant, kept track of now
 * @param refusedPackets that it sent to a neighbour, the machine, a private range and the like, and that went nowhere
 * @param spoofedPackets that it sent from an address which is not its own, likewise
 * @param hits limits that acted at least once, each counter with its last time
 */
public record Usage(
        long cpuMicros,
        long cpuThrottledMicros,
        long memoryBytes,
        long swapBytes,
        long pids,
        long diskBytes,
        long ioReadBytes,
        long ioWriteBytes,
        long ioReadOps,
        long ioWriteOps,
        long receivedBytes,
        long sentBytes,
        long connections,
        long refusedPackets,
        long spoofedPackets,
        long terminals,
        List<Hit> hits) {

    public Usage {
        hits = List.copyOf(hits);
    }

    /**
     * A limit that acted.
     *
     * @param count how often, since the launch: for memory processes killed, for pids forks refused, for network rates
     *     packets held back, for I/O rates seconds in which they were reached, for CPU periods in which the quota was used up,
     *     for disk and terminals the times that they became full
     * @param lastAt when it was last seen to, within a second or two; null when no one looked
     * @param processes command names that used most of it then, at most five, the first most
     */
    public record Hit(Limit limit, long count, Instant lastAt, List<String> processes) {

        public Hit {
            processes = List.copyOf(processes);
        }
    }

    /** How often the limit acted. */
    public long hits(Limit limit) {
        return hits.stream()
                .filter(hit -> hit.limit() == limit)
                .mapToLong(Hit::count)
                .sum();
    }
}
