package org.cloister.agent.sandbox;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.cloister.agent.cgroup.Figures;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;

/**
 * A tenant's own machine in the words of proc(5). Numbers stand in columns of a fixed width, so that a file keeps its
 * length while its figures change, and is written over in place: see {@link Views}.
 */
final class ViewText {

    /** USER_HZ: the kernel counts CPU time for programs in hundredths of a second. */
    private static final long MICROS_PER_TICK = 10_000;

    private ViewText() {}

    /** Cores that a tenant may use, begun ones whole; no more than the machine has. */
    static int processors(Limits limits, int machine) {
        return (int) Math.clamp((limits.of(Limit.CPU) + 99) / 100, 1, machine);
    }

    /** @param machine the machine's own, of which the first stanzas are kept; lines that count cores are put right */
    static String cpuinfo(String machine, int processors) {
        StringBuilder text = new StringBuilder();
        String[] stanzas = machine.strip().split("\n\n");
        for (int i = 0; i < processors; i++) {
            for (String line : stanzas[Math.min(i, stanzas.length - 1)].split("\n"))
                text.append(line.replaceFirst("^(siblings|cpu cores)(\\s*): \\d+$", "$1$2: " + processors))
                        .append('\n');
            text.append('\n');
        }
        return text.toString();
    }

    /** Files of /sys/devices/system/cpu by name: one socket of this many cores with one thread each. */
    static Map<String, String> topology(int processors) {
        Map<String, String> files = new HashMap<>();
        String all = processors == 1 ? "0\n" : "0-" + (processors - 1) + "\n";
        for (String file : List.of("online", "possible", "present")) files.put(file, all);
        for (int i = 0; i < processors; i++) {
            String core = "cpu" + i + "/topology/";
            files.put(core + "core_id", i + "\n");
            files.put(core + "physical_package_id", "0\n");
            files.put(core + "thread_siblings", mask(processors, i, 1));
            files.put(core + "core_siblings", mask(processors, 0, processors));
        }
        return files;
    }

    /** A set of CPUs as sysfs writes it: groups of 32 bits in hexadecimal, the highest first. */
    private static String mask(int width, int first, int count) {
        StringBuilder text = new StringBuilder();
        BigInteger bits =
                BigInteger.ONE.shiftLeft(count).subtract(BigInteger.ONE).shiftLeft(first);
        for (int group = (width - 1) / 32; group >= 0; group--)
            text.append(String.format(
                            Locale.ROOT, "%08x", bits.shiftRight(32 * group).intValue()))
                    .append(group > 0 ? "," : "\n");
        return text.toString();
    }

    /** The machine's controllers without its count of cgroups, which tells how many neighbours there are. */
    static String cgroups(String machine) {
        return machine.replaceAll("(?m)^(\\w+\\t\\d+\\t)\\d+", "$11");
    }

    /** @param machine the machine's own memory and swap, beyond which no limit gives anything */
    static String meminfo(Figures now, Limits limits, long machine, long machineSwap) {
        long total = Math.min(limits.of(Limit.MEMORY), machine);
        long swap = Math.min(limits.of(Limit.SWAP), machineSwap);
        long free = Math.max(0, total - now.memoryBytes());
        long cached = now.part("active_file") + now.part("inactive_file");
        long reclaimable = now.part("slab_reclaimable");
        StringBuilder text = new StringBuilder();
        kilobytes(text, "MemTotal", total);
        kilobytes(text, "MemFree", free);
        kilobytes(text, "MemAvailable", Math.min(total, free + cached + reclaimable));
        kilobytes(text, "Buffers", 0);
        kilobytes(text, "Cached", now.part("file"));
        kilobytes(text, "SwapCached", now.part("swapcached"));
        kilobytes(text, "Active", now.part("active_anon") + now.part("active_file"));
        kilobytes(text, "Inactive", now.part("inactive_anon") + now.part("inactive_file"));
        kilobytes(text, "Active(anon)", now.part("active_anon"));
        kilobytes(text, "Inactive(anon)", now.part("inactive_anon"));
        kilobytes(text, "Active(file)", now.part("active_file"));
        kilobytes(text, "Inactive(file)", now.part("inactive_file"));
        kilobytes(text, "Unevictable", now.part("unevictable"));
        kilobytes(text, "Mlocked", 0);
        kilobytes(text, "SwapTotal", swap);
        kilobytes(text, "SwapFree", Math.max(0, swap - now.swapBytes()));
        kilobytes(text, "Dirty", now.part("file_dirty"));
        kilobytes(text, "Writeback", now.part("file_writeback"));
        kilobytes(text, "AnonPages", now.part("anon"));
        kilobytes(text, "Mapped", now.part("file_mapped"));
        kilobytes(text, "Shmem", now.part("shmem"));
        kilobytes(text, "KReclaimable", reclaimable);
        kilobytes(text, "Slab", now.part("slab"));
        kilobytes(text, "SReclaimable", reclaimable);
        kilobytes(text, "SUnreclaim", Math.max(0, now.part("slab") - reclaimable));
        kilobytes(text, "KernelStack", now.part("kernel_stack"));
        kilobytes(text, "PageTables", now.part("pagetables"));
        return text.toString();
    }

    private static void kilobytes(StringBuilder text, String name, long bytes) {
        text.append(name).append(':');
        right(text, bytes >> 10, 27 - name.length());
        text.append(" kB\n");
    }

    /**
     * @param bootSecond of the tenant's start, since 1970
     * @param nowSecond since 1970
     */
    static String stat(Figures now, int processors, long bootSecond, long nowSecond, LoadAverage load) {
        long user = now.userMicros() / MICROS_PER_TICK;
        long system = now.systemMicros() / MICROS_PER_TICK;
        long passed = Math.max(0, nowSecond - bootSecond) * 100 * processors;
        long idle = Math.max(0, passed - user - system);
        StringBuilder text = new StringBuilder();
        processor(text, "cpu ", user, system, idle);
        for (int i = 0; i < processors; i++)
            processor(text, "cpu" + i, user / processors, system / processors, idle / processors);
        // What the machine counts without saying for whom: interrupts, switches, forks.
        text.append("intr 0\nctxt 0\nbtime ").append(bootSecond).append("\nprocesses 0\n");
        text.append("procs_running");
        right(text, Math.max(1, load.running()), 10);
        text.append("\nprocs_blocked");
        right(text, load.blocked(), 10);
        text.append('\n');
        text.append("softirq 0 0 0 0 0 0 0 0 0 0 0\n");
        return text.toString();
    }

    private static void processor(StringBuilder text, String name, long user, long system, long idle) {
        text.append(name);
        right(text, user, 15);
        text.append(" 0");
        right(text, system, 15);
        right(text, idle, 15);
        text.append(" 0 0 0 0 0 0\n");
    }

    /** The number of the newest process, which the kernel adds, is the tenant's own business: 0. */
    static String loadavg(LoadAverage load, long tasks) {
        String text = String.format(
                Locale.ROOT,
                "%.2f %.2f %.2f %d/%d 0",
                load.over(0),
                load.over(1),
                load.over(2),
                Math.max(1, load.running()),
                Math.max(1, tasks));
        return String.format(Locale.ROOT, "%-60s\n", text);
    }

    /** NAME USED LIMIT HITS, a line for each limit; "-" where this machine does not know the use. */
    static String limits(Limits limits, Map<Limit, Long> used, ToLongFunction<Limit> hits) {
        StringBuilder text = new StringBuilder();
        for (Limit limit : Limit.values()) {
            text.append(limit.key());
            Long use = used.get(limit);
            right(text, use == null ? "-" : use.toString(), 34 - limit.key().length());
            right(text, limits.of(limit), 20);
            right(text, hits.applyAsLong(limit), 14);
            text.append('\n');
        }
        return text.toString();
    }

    /** String.format would take ten times as long, for a thousand tenants each second. */
    private static void right(StringBuilder text, long number, int width) {
        right(text, Long.toString(number), width);
    }

    private static void right(StringBuilder text, String word, int width) {
        text.repeat(' ', Math.max(1, width - word.length())).append(word);
    }
}
