package org.cloister.manager.usage;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.cloister.manager.problem.Refusal;

/** What the API tells of a tenant's use over time. */
@ApplicationScoped
public class UsageHistory {

    private static final List<Integer> STEPS = List.of(60, 600, 7200, 86400);
    private static final int MOST = 10_000;

    @Inject
    History history;

    /** @param step seconds that each sample stands for */
    public record View(Instant from, Instant to, int step, List<Point> samples) {}

    /** @param used by the limits' names, in their units */
    public record Point(Instant at, Map<String, Value> used) {}

    public record Value(float mean, float peak) {}

    /**
     * @param from as RFC 3339 writes it
     * @param to likewise; null for now
     * @param step 60, 600, 7200 or 86400; null for the shortest that reaches so far with at most 400 samples
     */
    public View of(UUID tenant, String from, String to, String step) {
        Instant end = to == null ? Instant.now() : instant("to", to);
        Instant begin = from == null ? end.minus(Span.HOUR.back()) : instant("from", from);
        if (!begin.isBefore(end)) throw Refusal.invalid("from", "from lies before to.");
        int seconds = step == null ? fitting(begin, end) : step(step);
        if (Duration.between(begin, end).toSeconds() / seconds > MOST)
            throw Refusal.invalid("step", "That would be more than 10,000 samples: take a longer step or less time.");
        return new View(
                begin,
                end,
                seconds,
                history.read(tenant, seconds, begin, end).stream()
                        .map(UsageHistory::point)
                        .toList());
    }

    private static Instant instant(String field, String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw Refusal.invalid(field, field + " is a time such as 2026-01-31T12:00:00Z.");
        }
    }

    private static int step(String text) {
        if (text.matches("[0-9]{1,5}") && STEPS.contains(Integer.valueOf(text))) return Integer.parseInt(text);
        throw Refusal.invalid("step", "step is 60, 600, 7200 or 86400 seconds.");
    }

    private static int fitting(Instant begin, Instant end) {
        long seconds = Duration.between(begin, end).toSeconds();
        return STEPS.stream().filter(step -> seconds / step <= 400).findFirst().orElse(STEPS.getLast());
    }

    private static Point point(Sample sample) {
        Map<String, Value> used = new LinkedHashMap<>();
        for (int i = 0; i < sample.mean().length; i++)
            used.put(History.LIMITS.get(i).key(), new Value(sample.mean()[i], sample.peak()[i]));
        return new Point(sample.at(), used);
    }
}
