package org.cloister.manager.usage;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.cloister.manager.limit.LimitWords;
import org.cloister.protocol.Limit;

/**
 * One limit's use over a span, as an SVG of {@link #WIDTH} by {@link #HEIGHT} draws it.
 *
 * @param label of the limit
 * @param last what was used last, in words
 * @param peak the most that was used, in words
 * @param limit in words
 * @param line the means' path; empty where there is nothing
 * @param area the peaks' area
 * @param ceiling the limit's height, as SVG writes it; empty where it lies above what is drawn
 */
public record Chart(String label, String last, String peak, String limit, String line, String area, String ceiling) {

    static final int WIDTH = 300;
    static final int HEIGHT = 64;

    /** Where a limit is used little, use is drawn larger: it says so, for its line is not seen then. */
    private static final double LITTLE = 0.25;

    /**
     * @param index of the limit in {@link History#LIMITS}
     * @param most its value; 0 of a rate is no limit
     */
    static Chart of(int index, long most, List<Sample> samples, Instant from, Instant to, int step) {
        return of(index, most, samples, from, to, step, LITTLE);
    }

    /** @param little the share of the limit from which on it is drawn; 0 for always, so that idle looks idle */
    static Chart of(int index, long most, List<Sample> samples, Instant from, Instant to, int step, double little) {
        Limit limit = History.LIMITS.get(index);
        double peak = 0;
        for (Sample sample : samples) peak = Math.max(peak, sample.peak()[index]);
        boolean seen = most > 0 && peak >= little * most;
        double top = Math.max(peak, seen ? most : 0) * 1.08;
        if (top == 0) top = 1;
        Pen pen = new Pen(from, to, top);
        StringBuilder line = new StringBuilder();
        StringBuilder area = new StringBuilder();
        for (int i = 0; i < samples.size(); i++) {
            Sample sample = samples.get(i);
            boolean first = i == 0 || isGap(samples.get(i - 1).at(), sample.at(), step);
            boolean last = i == samples.size() - 1
                    || isGap(sample.at(), samples.get(i + 1).at(), step);
            line.append(first ? 'M' : 'L').append(pen.at(sample.at(), sample.mean()[index]));
            if (first) area.append('M').append(pen.at(sample.at(), 0));
            area.append('L').append(pen.at(sample.at(), sample.peak()[index]));
            if (last) area.append('L').append(pen.at(sample.at(), 0)).append('z');
        }
        return new Chart(
                LimitWords.label(limit),
                samples.isEmpty()
                        ? "–"
                        : LimitWords.used(limit, samples.getLast().mean()[index]),
                samples.isEmpty() ? "–" : LimitWords.used(limit, peak),
                LimitWords.value(limit, most),
                line.toString(),
                area.toString(),
                seen ? figure(pen.height(most)) : "");
    }

    private static boolean isGap(Instant one, Instant next, int step) {
        return Duration.between(one, next).toSeconds() > 4L * step;
    }

    private record Pen(Instant from, Instant to, double top) {

        String at(Instant at, double value) {
            double x = WIDTH
                    * (double) Duration.between(from, at).toMillis()
                    / Duration.between(from, to).toMillis();
            return figure(Math.clamp(x, 0, WIDTH)) + " " + figure(height(value));
        }

        double height(double value) {
            return HEIGHT - Math.clamp(value / top, 0, 1) * (HEIGHT - 1);
        }
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
