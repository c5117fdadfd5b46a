package org.cloister.agent.sandbox;

import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.cloister.protocol.Limit;

/** Who of a tenant's processes uses most of something: names of commands, those of one name together. */
final class Busiest {

    private static final int MOST = 5;

    /**
     * @param command as the process calls itself, which may be anything
     * @param running share of a CPU since it began
     * @param pages resident
     * @param read bytes asked of disks so far, as {@code written}
     */
    record Process(String command, double running, long pages, long read, long written) {}

    private Busiest() {}

    /** @param pids as the host counts; those that are gone are left out */
    static List<String> names(Limit limit, List<Integer> pids) throws IOException {
        ToDoubleFunction<Process> use = switch (limit) {
            case CPU, CPU_WEIGHT -> Process::running;
            case MEMORY, SWAP -> Process::pages;
            case PROCESSES -> process -> 1;
            case IO_READ, IO_READS -> Process::read;
            case IO_WRITE, IO_WRITES, DISK -> Process::written;
            default -> null;
        };
        if (use == null) return List.of();
        boolean disk = limit == Limit.DISK || limit.name().startsWith("IO_");
        double now = ProcFiles.uptime();
        Map<String, Double> sums = new HashMap<>();
        for (int pid : pids) {
            Optional<String> stat = ProcFiles.read(pid, "stat");
            if (stat.isEmpty()) continue;
            String io = disk ? ProcFiles.read(pid, "io").orElse("") : "";
            Process process = process(stat.get(), io, now);
            sums.merge(process.command(), use.applyAsDouble(process), Double::sum);
        }
        return first(sums);
    }

    static List<String> first(Map<String, Double> sums) {
        return sums.entrySet().stream()
                .filter(each -> each.getValue() > 0)
                .sorted(Map.Entry.<String, Double>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.naturalOrder())))
                .limit(MOST)
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * @param stat the text of /proc/PID/stat (proc_pid_stat(5)), whose second field is the tenant's to choose
     * @param io the text of /proc/PID/io, or ""
     * @param uptime seconds since boot
     */
    static Process process(String stat, String io, double uptime) {
        int end = stat.lastIndexOf(')');
        String[] fields = stat.substring(end + 2).split(" "); // from the third field on
        double seconds = Math.max(0.1, uptime - Long.parseLong(fields[19]) / 100.0);
        return new Process(
                stat.substring(stat.indexOf('(') + 1, end).replaceAll("[^ -~]", "?"),
                (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0 / seconds,
                Long.parseLong(fields[21]),
                counter(io, "read_bytes: "),
                counter(io, "write_bytes: "));
    }

    private static long counter(String io, String name) {
        return io.lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.substring(name.length())))
                .findFirst()
                .orElse(0);
    }
}
