package org.cloister.manager.usage;

import org.cloister.protocol.Limit;

/** Turns two readings of counters into what a second, or a core, bore. */
final class Rates {

    private Rates() {}

    /**
     * @param before counted in the order of {@link History#LIMITS}, as is {@code now}; CPU in microseconds
     * @param seconds between them
     * @return null where the counters began anew between the two
     */
    static float[] between(double[] before, double[] now, double seconds) {
        float[] used = new float[now.length];
        for (int i = 0; i < now.length; i++) {
            Limit limit = History.LIMITS.get(i);
            if (!counts(limit)) {
                used[i] = (float) now[i];
            } else {
                if (now[i] < before[i]) return null;
                // A core spends 10,000 microseconds in a second for each percent.
                used[i] = (float) ((now[i] - before[i]) / seconds / (limit == Limit.CPU ? 10_000 : 1));
            }
        }
        return used;
    }

    private static boolean counts(Limit limit) {
        return limit == Limit.CPU || limit.unit().rate();
    }
}
