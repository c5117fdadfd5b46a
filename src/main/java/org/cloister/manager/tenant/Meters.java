package org.cloister.manager.tenant;

import static org.cloister.manager.page.Words.plural;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.manager.limit.Heading;
import org.cloister.manager.limit.LimitWords;
import org.cloister.manager.page.Gauge;
import org.cloister.manager.page.Words;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;
import org.cloister.protocol.Usage;

/** Turns what was counted into lines and gauges. A rate is the difference to what was counted a moment ago. */
@ApplicationScoped
class Meters {

    /** Two readings closer than this say little. */
    private static final long LEAST_NANOS = 500_000_000L;

    /** @param rates a second, of each limit that bounds one; empty at the first look */
    private record Reading(Measured measured, Map<Limit, Double> rates) {}

    private final Map<UUID, Reading> readings = new ConcurrentHashMap<>();

    /** Memory, processes and disk, for a line of a list. @param now null when there is nothing to measure */
    static List<Gauge> three(Limits limits, Measured now) {
        return List.of(
                gauge(Limit.MEMORY, limits, now), gauge(Limit.PROCESSES, limits, now), gauge(Limit.DISK, limits, now));
    }

    private static Gauge gauge(Limit limit, Limits limits, Measured now) {
        String label = LimitWords.label(limit);
        long most = limits.of(limit);
        if (now == null) return new Gauge(label, "–", LimitWords.value(limit, most), 0, "", "");
        long hits = now.hit(limit).count();
        String hint = hits == 0 ? "" : "Hit " + plural(hits, "time") + ".";
        return limit.unit() == Limit.Unit.BYTES
                ? Gauge.ofBytes(label, now.used(limit), most, hint)
                : Gauge.ofCount(label, now.used(limit), most, hint);
    }

    /** Every limit under its heading. @param now null when there is nothing to measure */
    List<Heading.Group<TenantPage.Line>> all(UUID tenant, Limits limits, Measured now) {
        Map<Limit, Double> rates = rates(tenant, now);
        return Heading.group(limit -> line(limit, limits.of(limit), now, rates));
    }

    private static TenantPage.Line line(Limit limit, long most, Measured now, Map<Limit, Double> rates) {
        boolean rate = limit == Limit.CPU || limit.unit().rate();
        Double used = now == null ? null : rate ? rates.get(limit) : Double.valueOf(now.used(limit));
        String words = used == null ? "–" : LimitWords.used(limit, used);
        Usage.Hit hit = now == null ? new Usage.Hit(limit, 0, null, List.of()) : now.hit(limit);
        Gauge gauge = null;
        // A weight fills nothing, nor does what has no limit or no room at all.
        if (limit != Limit.CPU_WEIGHT && most > 0)
            gauge = Gauge.of(
                    LimitWords.label(limit),
                    words,
                    LimitWords.value(limit, most),
                    used == null ? 0 : Gauge.share(Math.round(used), most),
                    "");
        return new TenantPage.Line(
                LimitWords.label(limit),
                limit == Limit.CPU_WEIGHT || most == 0 && !rate ? "" : words,
                LimitWords.value(limit, most),
                gauge,
                hint(limit, now),
                hit.count() == 0 ? "" : "Hit " + plural(hit.count(), "time"),
                hit.lastAt(),
                String.join(", ", hit.processes()));
    }

    /** What was counted beside it since the launch. */
    private static String hint(Limit limit, Measured now) {
        if (now == null) return "";
        return switch (limit) {
            case CPU -> waited(now);
            case RECEIVE, SEND -> now.used(limit) == 0 ? "" : Words.bytes(now.used(limit)) + " since it was launched.";
            case CONNECTIONS -> turnedBack(now.usage());
            default -> "";
        };
    }

    private static String turnedBack(Usage usage) {
        StringJoiner words = new StringJoiner(" ");
        if (usage.refusedPackets() > 0)
            words.add(plural(usage.refusedPackets(), "packet") + " to closed places went nowhere.");
        if (usage.spoofedPackets() > 0)
            words.add(plural(usage.spoofedPackets(), "packet") + " from addresses of others went nowhere.");
        return words.toString();
    }

    private static String waited(Measured now) {
        return now.usage().cpuThrottledMicros() == 0
                ? ""
                : "Waited "
                        + Words.took(Duration.ofNanos(now.usage().cpuThrottledMicros() * 1000))
                        + " for its share so far.";
    }

    private Map<Limit, Double> rates(UUID tenant, Measured now) {
        if (now == null) {
            readings.remove(tenant);
            return Map.of();
        }
        return readings.compute(tenant, (same, last) -> {
                    // A restarted sandbox counts from nothing again.
                    if (last == null || now.used(Limit.CPU) < last.measured().used(Limit.CPU))
                        return new Reading(now, Map.of());
                    long between = now.nanos() - last.measured().nanos();
                    return between < LEAST_NANOS ? last : new Reading(now, rates(last, now, between / 1e9));
                })
                .rates();
    }

    private static Map<Limit, Double> rates(Reading last, Measured now, double seconds) {
        Map<Limit, Double> rates = new EnumMap<>(Limit.class);
        for (Limit limit : Limit.values()) {
            if (limit != Limit.CPU && !limit.unit().rate()) continue;
            double counted = Math.max(0, now.used(limit) - last.measured().used(limit));
            // CPU is counted in microseconds, and limited in percent: a core spends 10,000 of them for each percent.
            rates.put(limit, counted / seconds / (limit == Limit.CPU ? 10_000 : 1));
        }
        return rates;
    }
}
