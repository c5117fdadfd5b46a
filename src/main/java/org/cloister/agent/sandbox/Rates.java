package org.cloister.agent.sandbox;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Usage;

/**
 * A tenant's use in the units of its limits: counters become rates, from one look to the next.
 *
 * @param nanos when this was, by the clock of {@link System#nanoTime}
 * @param used what the agent can tell; weights and sessions are not its to know, and to ask the network each second
 *     would cost too much
 */
record Rates(Usage usage, long nanos, Map<Limit, Long> used) {

    private static final Map<Limit, ToLongFunction<Usage>> COUNTERS = Map.of(
            Limit.IO_READ, Usage::ioReadBytes,
            Limit.IO_WRITE, Usage::ioWriteBytes,
            Limit.IO_READS, Usage::ioReadOps,
            Limit.IO_WRITES, Usage::ioWriteOps);

    /** @param before null at the first look */
    static Rates since(Rates before, Usage now) {
        return since(before, now, System.nanoTime());
    }

    static Rates since(Rates before, Usage now, long nanos) {
        Map<Limit, Long> used = new EnumMap<>(Limit.class);
        used.put(Limit.MEMORY, now.memoryBytes());
        used.put(Limit.SWAP, now.swapBytes());
        used.put(Limit.PROCESSES, now.pids());
        used.put(Limit.DISK, now.diskBytes());
        used.put(Limit.TERMINALS, now.terminals());
        double seconds = before == null ? 0 : (nanos - before.nanos) / 1e9;
        // CPU time in microseconds a second; a core is 100 % and 1,000,000 of them.
        used.put(Limit.CPU, rate(before, now, seconds, Usage::cpuMicros) / 10_000);
        COUNTERS.forEach((limit, counter) -> used.put(limit, rate(before, now, seconds, counter)));
        return new Rates(now, nanos, used);
    }

    private static long rate(Rates before, Usage now, double seconds, ToLongFunction<Usage> counter) {
        if (before == null || seconds <= 0) return 0;
        return Math.max(0, Math.round((counter.applyAsLong(now) - counter.applyAsLong(before.usage)) / seconds));
    }
}
