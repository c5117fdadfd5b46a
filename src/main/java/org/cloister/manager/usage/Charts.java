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

    private static final int CPU = History.LIMITS.indexOf(Limit.CPU);
    private static final int RECEIVE = History.LIMITS.indexOf(Limit.RECEIVE);
    private static final int SEND = History.LIMITS.indexOf(Limit.SEND);

    @Inject
    History history;

    /**
     * @param spans words of those that can be asked for
     * @param empty whether nothing was sampled in it yet
     */
    public record View(String tenant, String span, List<String> spans, boolean empty, List<Chart> charts) {}

    /** @param cpu percent of a core; -1 where it is not known @param network bytes a second, both ways; likewise */
    public record Minute(double cpu, double network) {

        public static final Minute UNKNOWN = new Minute(-1, -1);
    }

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
        return small(CPU, limits.of(Limit.CPU), history.atHand(id));
    }

    /** What crossed the link over the last hour, both ways together; as {@link #small}. */
    public Chart network(UUID id, Limits limits) {
        long receive = limits.of(Limit.RECEIVE);
        long send = limits.of(Limit.SEND);
        List<Sample> samples = history.atHand(id).stream().map(Charts::bothWays).toList();
        return small(RECEIVE, receive == 0 || send == 0 ? 0 : receive + send, samples);
    }

    static Sample bothWays(Sample sample) {
        return new Sample(sample.at(), bothWays(sample.mean()), bothWays(sample.peak()));
    }

    private static float[] bothWays(float[] used) {
        float[] sum = used.clone();
        sum[RECEIVE] += used[SEND];
        return sum;
    }

    private static Chart small(int index, long most, List<Sample> samples) {
        if (samples.size() < 2) return null;
        Instant to = Instant.now();
        return Chart.of(index, most, samples, to.minus(Span.HOUR.back()), to, Span.HOUR.step(), 0);
    }

    /** The last minute that was sampled. */
    public Minute lastMinute(UUID id) {
        List<Sample> samples = history.atHand(id);
        if (samples.isEmpty()) return Minute.UNKNOWN;
        float[] mean = samples.getLast().mean();
        return new Minute(mean[CPU], mean[RECEIVE] + mean[SEND]);
    }
}
