package org.cloister.agent.cgroup;

import java.io.IOException;
import java.util.List;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;

/** How one version of the cgroup interface says what a tenant may use and uses. */
public interface Dialect {

    /**
     * A value for a file of a controller.
     *
     * @param first a file whose number must have come down to the value, or this one is not written; null for none
     */
    record Setting(String controller, String file, String value, String first) {
        Setting(String controller, String file, String value) {
            this(controller, file, value, null);
        }
    }

    /** The text of a controller's file of one cgroup; "" where the kernel has none. */
    @FunctionalInterface
    interface Files {
        String read(String controller, String file) throws IOException;
    }

    /**
     * What was read. Counters count since the cgroup was made.
     *
     * @param throttledPeriods in which the CPU quota was used up, as {@code throttledMicros} is the time waited for it
     * @param oomKills processes killed for want of memory
     * @param swapRefused pages that were to be swapped out and found no room; v2 alone counts them
     * @param pidsRefused forks refused
     */
    record Reading(
            long cpuMicros,
            long throttledMicros,
            long throttledPeriods,
            long memoryBytes,
            long swapBytes,
            long oomKills,
            long swapRefused,
            long pids,
            long pidsRefused,
            Io io) {}

    /** Bytes and requests of block devices. */
    record Io(long readBytes, long writeBytes, long reads, long writes) {

        static final Io NONE = new Io(0, 0, 0, 0);

        public long of(Limit rate) {
            return switch (rate) {
                case IO_READ -> readBytes;
                case IO_WRITE -> writeBytes;
                case IO_READS -> reads;
                case IO_WRITES -> writes;
                default -> throw new IllegalArgumentException(rate.key());
            };
        }
    }

    /** "v2" or "v1". */
    String version();

    List<String> controllers();

    /** @param devices the pool's, each as MAJOR:MINOR */
    List<Setting> settings(Limits limits, List<String> devices);

    /** @param top the whole tenant, {@code payload} its processes beside pid 1, where its limits are hit */
    Reading measure(Files top, Files payload, List<String> devices) throws IOException;

    /** CPU time alone, which is read most often. */
    long cpuMicros(Files top) throws IOException;

    /** What a limit of this version does not reach, one sentence each. */
    List<String> gaps();

    /** The scheduler's period; a tenant that used its quota waits for the next one. */
    int CPU_PERIOD_MICROS = 100_000;

    static long number(String text) {
        String word = text.strip();
        return word.matches("\\d{1,18}") ? Long.parseLong(word) : 0;
    }
}
