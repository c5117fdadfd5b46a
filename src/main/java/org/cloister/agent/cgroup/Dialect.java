package org.cloister.agent.cgroup;

import java.io.IOException;
import java.util.List;
import org.cloister.protocol.Limits;

/** How one version of the cgroup interface says what a tenant may use and uses. */
public interface Dialect {

    /** A value for a file of a controller. */
    record Setting(String controller, String file, String value) {}

    /** The text of a controller's file of the tenant; "" where the kernel has none. */
    @FunctionalInterface
    interface Files {
        String read(String controller, String file) throws IOException;
    }

    /**
     * What was read.
     *
     * @param oomKills and {@code pidsRefused} count since the cgroup was made
     */
    record Reading(
            long cpuMicros, long throttledMicros, long memoryBytes, long oomKills, long pids, long pidsRefused) {}

    /** "v2" or "v1". */
    String version();

    List<String> controllers();

    List<Setting> settings(Limits limits);

    Reading measure(Files files) throws IOException;

    /** The scheduler's period; a tenant that used its quota waits for the next one. */
    int CPU_PERIOD_MICROS = 100_000;

    static long number(String text) {
        String word = text.strip();
        return word.matches("\\d{1,18}") ? Long.parseLong(word) : 0;
    }
}
