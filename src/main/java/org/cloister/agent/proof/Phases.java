package org.cloister.agent.proof;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How long each part of a run took, for whoever wonders: the agent's log has it. */
final class Phases {

    private final List<String> all = new ArrayList<>();
    private long began = System.nanoTime();
    private long spent = spent();

    /** What was done since the last one ended. */
    void end(String name) {
        long now = System.nanoTime();
        long used = spent();
        all.add(String.format(
                Locale.ROOT, "%s %.1f s (the agent %.1f s)", name, (now - began) / 1e9, (used - spent) / 1e9));
        began = now;
        spent = used;
    }

    /** Processor time of all threads of this process, in nanoseconds. */
    private static long spent() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .orElse(Duration.ZERO)
                .toNanos();
    }

    @Override
    public String toString() {
        return String.join(", ", all);
    }
}
