package org.cloister.agent.sandbox;

/**
 * Tasks that run or wait for a disk, averaged over 1, 5 and 15 minutes as the kernel does it: every five seconds each
 * average moves towards what is seen by its own share (kernel/sched/loadavg.c).
 */
final class LoadAverage {

    static final int PERIOD_SECONDS = 5;

    private static final int[] MINUTES = {1, 5, 15};

    private final double[] averages = new double[MINUTES.length];
    private long running;
    private long blocked;

    /** Begins with the averages of a /proc/loadavg. One that cannot be read begins with 0. */
    static LoadAverage parse(String text) {
        LoadAverage load = new LoadAverage();
        String[] words = text.strip().split(" +");
        for (int i = 0; i < MINUTES.length && i < words.length; i++)
            if (words[i].matches("\\d{1,9}\\.\\d{1,9}")) load.averages[i] = Double.parseDouble(words[i]);
        return load;
    }

    /** @param periods of five seconds for which this was so */
    void add(long running, long blocked, long periods) {
        this.running = running;
        this.blocked = blocked;
        for (int i = 0; i < MINUTES.length; i++) {
            double kept = Math.exp(-(double) PERIOD_SECONDS * periods / (60 * MINUTES[i]));
            averages[i] = averages[i] * kept + (running + blocked) * (1 - kept);
        }
    }

    /** @param which 0, 1, 2: over 1, 5, 15 minutes */
    double over(int which) {
        return averages[which];
    }

    long running() {
        return running;
    }

    long blocked() {
        return blocked;
    }
}
