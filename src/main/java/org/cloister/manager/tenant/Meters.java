package org.cloister.manager.tenant;

import static org.cloister.manager.page.Words.count;
import static org.cloister.manager.page.Words.plural;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.manager.page.Gauge;
import org.cloister.manager.page.Words;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;
import org.cloister.protocol.Usage;

/** Turns what the kernel counted into gauges. CPU is a rate: the difference to what was counted a moment ago. */
@ApplicationScoped
class Meters {

    /** Two readings closer than this say little. */
    private static final long LEAST_NANOS = 500_000_000L;

    private record Reading(long nanos, long cpuMicros, double percent) {}

    private final Map<UUID, Reading> readings = new ConcurrentHashMap<>();

    /** Memory, processes and disk, for a line of a list. @param usage null when there is nothing to measure */
    static List<Gauge> three(Limits limits, Usage usage) {
        if (usage == null)
            return List.of(
                    idle("Memory", Words.bytes(limits.of(Limit.MEMORY))),
                    idle("Processes", count(limits.of(Limit.PROCESSES))),
                    idle("Disk", Words.bytes(limits.of(Limit.DISK))));
        return List.of(
                Gauge.ofBytes(
                        "Memory",
                        usage.memoryBytes(),
                        limits.of(Limit.MEMORY),
                        usage.hits(Limit.MEMORY) == 0
                                ? ""
                                : plural(usage.hits(Limit.MEMORY), "time")
                                        + " the kernel killed a process for want of memory."),
                Gauge.ofCount(
                        "Processes",
                        usage.pids(),
                        limits.of(Limit.PROCESSES),
                        usage.hits(Limit.PROCESSES) == 0
                                ? ""
                                : plural(usage.hits(Limit.PROCESSES), "fork") + " refused by the limit."),
                Gauge.ofBytes("Disk", usage.diskBytes(), limits.of(Limit.DISK), ""));
    }

    /** All four. */
    List<Gauge> four(UUID tenant, Limits limits, Usage usage) {
        List<Gauge> three = three(limits, usage);
        return List.of(cpu(tenant, limits, usage), three.get(0), three.get(1), three.get(2));
    }

    private Gauge cpu(UUID tenant, Limits limits, Usage usage) {
        String limit = Words.cores(limits.of(Limit.CPU));
        if (usage == null) {
            readings.remove(tenant);
            return idle("CPU", limit);
        }
        Reading reading = readings.compute(tenant, (same, last) -> {
            long now = System.nanoTime();
            // A restarted sandbox counts from nothing again.
            if (last == null || usage.cpuMicros() < last.cpuMicros()) return new Reading(now, usage.cpuMicros(), -1);
            if (now - last.nanos() < LEAST_NANOS) return last;
            double percent = 100_000.0 * (usage.cpuMicros() - last.cpuMicros()) / (now - last.nanos());
            return new Reading(now, usage.cpuMicros(), percent);
        });
        String hint = usage.cpuThrottledMicros() == 0
                ? ""
                : "Waited " + Words.took(Duration.ofNanos(usage.cpuThrottledMicros() * 1000))
                        + " for its share so far.";
        if (reading.percent() < 0) return new Gauge("CPU", "–", limit, 0, "", hint);
        int share = (int) Math.clamp(Math.round(100 * reading.percent() / limits.of(Limit.CPU)), 0, 100);
        String used = String.format(Locale.ROOT, "%.2f", reading.percent() / 100);
        return Gauge.of("CPU", used, limit, share, hint);
    }

    private static Gauge idle(String label, String limit) {
        return new Gauge(label, "–", limit, 0, "", "");
    }
}
