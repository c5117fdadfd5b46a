package org.cloister.manager.tenant;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloister.manager.limit.LimitWords;
import org.cloister.manager.page.Words;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Usage;

/**
 * What a tenant uses now, limit by limit.
 *
 * @param nanos when, by System.nanoTime()
 * @param usage as the kernel counts
 * @param sessions as the gateway counts
 * @param turnedAway sessions that their limit refused
 */
record Measured(long nanos, Usage usage, int sessions, Usage.Hit turnedAway) {

    /** In the limit's unit; of a rate what was counted since the launch, of CPU microseconds. A weight uses nothing. */
    long used(Limit limit) {
        return switch (limit) {
            case CPU -> usage.cpuMicros();
            case CPU_WEIGHT -> 0;
            case MEMORY -> usage.memoryBytes();
            case SWAP -> usage.swapBytes();
            case PROCESSES -> usage.pids();
            case DISK -> usage.diskBytes();
            case IO_READ -> usage.ioReadBytes();
            case IO_WRITE -> usage.ioWriteBytes();
            case IO_READS -> usage.ioReadOps();
            case IO_WRITES -> usage.ioWriteOps();
            case RECEIVE -> usage.receivedBytes();
            case SEND -> usage.sentBytes();
            case CONNECTIONS -> usage.connections();
            case TERMINALS -> usage.terminals();
            case SESSIONS -> sessions;
        };
    }

    /** How often the limit acted, when last, and who used most of it then. */
    Usage.Hit hit(Limit limit) {
        if (limit == Limit.SESSIONS) return turnedAway;
        return usage.hits().stream()
                .filter(hit -> hit.limit() == limit)
                .findFirst()
                .orElseGet(() -> new Usage.Hit(limit, 0, null, List.of()));
    }

    /** How often any limit acted. */
    long hits() {
        long hits = turnedAway.count();
        for (Usage.Hit hit : usage.hits()) if (hit.limit() != Limit.SESSIONS) hits += hit.count();
        return hits;
    }

    /** "Memory 3 times, Processes 1 time". */
    String hitWords() {
        return Stream.concat(usage.hits().stream().filter(hit -> hit.limit() != Limit.SESSIONS), Stream.of(turnedAway))
                .filter(hit -> hit.count() > 0)
                .map(hit -> LimitWords.label(hit.limit()) + " " + Words.plural(hit.count(), "time"))
                .collect(Collectors.joining(", "));
    }
}
