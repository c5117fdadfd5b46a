package org.cloister.agent.cgroup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;

/** One hierarchy a controller (cgroup-v1/*.rst). */
final class Version1 implements Dialect {

    private final boolean countsSwap;

    /** @param countsSwap memory.memsw files are there; without them swap is not limited */
    Version1(boolean countsSwap) {
        this.countsSwap = countsSwap;
    }

    @Override
    public String version() {
        return "v1";
    }

    @Override
    public List<String> controllers() {
        return List.of("cpu", "cpuacct", "cpuset", "memory", "pids", "blkio");
    }

    @Override
    public List<Setting> settings(Limits limits, List<String> devices) {
        List<Setting> settings = new ArrayList<>();
        long bytes = limits.of(Limit.MEMORY);
        String memory = Long.toString(bytes);
        if (countsSwap) {
            // memsw must never be below limit: when shrinking, limit goes first, when growing, memsw. So all to -1
            // first.
            settings.add(new Setting("memory", "memory.memsw.limit_in_bytes", "-1"));
            settings.add(new Setting("memory", "memory.limit_in_bytes", memory));
            settings.add(
                    new Setting("memory", "memory.memsw.limit_in_bytes", Long.toString(bytes + limits.of(Limit.SWAP))));
        } else {
            settings.add(new Setting("memory", "memory.limit_in_bytes", memory));
        }
        // Buffers of TCP and UDP are counted apart, and not at all until a limit is set (cgroup-v1/memory.rst 2.7.2).
        settings.add(new Setting("memory", "memory.kmem.tcp.limit_in_bytes", Long.toString(bytes / 4)));
        settings.add(new Setting("cpu", "cpu.cfs_period_us", Integer.toString(CPU_PERIOD_MICROS)));
        settings.add(new Setting(
                "cpu", "cpu.cfs_quota_us", Long.toString(limits.of(Limit.CPU) * (CPU_PERIOD_MICROS / 100L))));
        // 1,024 shares are a weight of 100 (sched_weight_from_cgroup).
        settings.add(new Setting("cpu", "cpu.shares", Long.toString(limits.of(Limit.CPU_WEIGHT) * 1024 / 100)));
        settings.add(new Setting("pids", "pids.max", Long.toString(limits.of(Limit.PROCESSES))));
        for (String device : devices) {
            settings.add(rate("read_bps", device, limits.of(Limit.IO_READ)));
            settings.add(rate("write_bps", device, limits.of(Limit.IO_WRITE)));
            settings.add(rate("read_iops", device, limits.of(Limit.IO_READS)));
            settings.add(rate("write_iops", device, limits.of(Limit.IO_WRITES)));
        }
        return settings;
    }

    /** 0 takes the rate away. */
    private static Setting rate(String what, String device, long value) {
        return new Setting("blkio", "blkio.throttle." + what + "_device", device + " " + value);
    }

    @Override
    public Reading measure(Files top, Files payload, List<String> devices) throws IOException {
        Map<String, Long> cpu = KeyedFile.parse(top.read("cpu", "cpu.stat"));
        long memory = Dialect.number(top.read("memory", "memory.usage_in_bytes"));
        long both = Dialect.number(top.read("memory", "memory.memsw.usage_in_bytes"));
        return new Reading(
                cpuMicros(top),
                cpu.getOrDefault("throttled_time", 0L) / 1000,
                cpu.getOrDefault("nr_throttled", 0L),
                memory,
                Math.max(0, both - memory),
                KeyedFile.parse(payload.read("memory", "memory.oom_control")).getOrDefault("oom_kill", 0L),
                0,
                Dialect.number(top.read("pids", "pids.current")),
                KeyedFile.parse(payload.read("pids", "pids.events")).getOrDefault("max", 0L),
                io(
                        payload.read("blkio", "blkio.throttle.io_service_bytes"),
                        payload.read("blkio", "blkio.throttle.io_serviced"),
                        devices));
    }

    /** Lines such as {@code 7:4 Read 4096}. What a loop device asks of the disk under it stands there too, once more. */
    private static Io io(String bytes, String requests, List<String> devices) {
        return new Io(
                sum(bytes, "Read", devices),
                sum(bytes, "Write", devices),
                sum(requests, "Read", devices),
                sum(requests, "Write", devices));
    }

    private static long sum(String text, String kind, List<String> devices) {
        return text.lines()
                .map(line -> line.split(" "))
                .filter(words -> words.length == 3 && words[1].equals(kind) && devices.contains(words[0]))
                .mapToLong(words -> Dialect.number(words[2]))
                .sum();
    }

    @Override
    public long cpuMicros(Files top) throws IOException {
        return Dialect.number(top.read("cpuacct", "cpuacct.usage")) / 1000;
    }

    @Override
    public List<String> gaps() {
        List<String> gaps = new ArrayList<>();
        gaps.add(
                "With cgroup v1 the I/O rates of a plan hold reads, direct writes and what a program syncs; what the"
                        + " kernel writes out later by itself they do not. Boot with cgroup v2 alone to have them hold that too.");
        if (!countsSwap)
            gaps.add(
                    "This kernel does not count swap: the swap limit of a plan does not bind. Boot with swapaccount=1.");
        return gaps;
    }
}
