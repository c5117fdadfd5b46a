package org.cloister.manager.usage;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;

/** Draws a tenant's use. */
@ApplicationScoped
public class Charts {

    @Inject
    History history;

    /**
     * @param spans words of those that can be asked for
     * @param empty whether nothing was sampled in it yet
     */
    public record View(String tenant, String span, List<String> spans, boolean empty, List<Chart> charts) {}

    public View of(UUID id, String tenant, Limits limits, String word) {
        Span span = Span.of(word);
        Instant to = Instant.now();
        Instant from = to.minus(span.back());
        List<Sample> samples = span == Span.HOUR ? history.lately(id) : history.read(id, span.step(), from, to);
        List<Chart> charts = new ArrayList<>();
        for (int i = 0; i < History.LIMITS.size(); i++)
            charts.add(Chart.of(i, limits.of(History.LIMITS.get(i)), samples, from, to, span.step()));
        List<String> spans = Arrays.stream(Span.values()).map(Span::word).toList();
        return new View(tenant, span.word(), spans, samples.isEmpty(), charts);
    }

    /** CPU over the last hour, for a line of a list; null before the first samples. */
    public Chart small(UUID id, Limits limits) {
        List<Sample> samples = history.atHand(id);
        if (samples.size() < 2) return null;
        Instant to = Instant.now();
        return Chart.of(0, limits.of(Limit.CPU), samples, to.minus(Span.HOUR.back()), to, Span.HOUR.step(), 0);
    }

    /** Percent of a core in the last minute that was sampled; -1 where none was. */
    public double cpu(UUID id) {
        List<Sample> samples = history.atHand(id);
        return samples.isEmpty() ? -1 : samples.getLast().mean()[0];
    }
}
