package org.cloister.manager.neighbour;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/** A logarithmic axis between two powers of ten. */
record Scale(int from, int to) {

    /** That holds all these, in microseconds. */
    static Scale of(LongStream micros) {
        long[] sorted = micros.filter(value -> value > 0).sorted().toArray();
        if (sorted.length == 0) return new Scale(0, 1);
        int from = (int) Math.floor(Math.log10(sorted[0]));
        int to = (int) Math.ceil(Math.log10(sorted[sorted.length - 1]));
        return new Scale(from, Math.max(to, from + 1));
    }

    /** Where the value stands, in percent of the width. */
    double place(long micros) {
        double place = 100 * (Math.log10(Math.max(1, micros)) - from) / (to - from);
        return Math.clamp(place, 0, 100);
    }

    /** Where the powers of ten between the ends stand. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (int power = from + 1; power < to; power++) lines.add(figure(100.0 * (power - from) / (to - from)));
        return lines;
    }

    String words() {
        return time(Math.round(Math.pow(10, from))) + " to " + time(Math.round(Math.pow(10, to)));
    }

    static String figure(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /** Three figures at most: "340 µs", "2.4 ms", "12 s". */
    static String time(long micros) {
        if (micros < 1_000) return micros + " µs";
        return micros < 999_500 ? figures(micros / 1e3) + " ms" : figures(micros / 1e6) + " s";
    }

    /** Two figures where there is one before the point, else none behind it. */
    static String figures(double value) {
        return value < 9.95
                ? String.format(Locale.ROOT, "%.1f", value).replace(".0", "")
                : String.format(Locale.ROOT, "%,d", Math.round(value));
    }
}
