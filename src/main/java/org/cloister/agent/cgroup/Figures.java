package org.cloister.agent.cgroup;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * What a tenant's payload uses, as finely as a machine's own /proc tells it. What the kernel does not count is 0.
 *
 * @param memoryBytes charged, page cache and the kernel's objects included
 * @param memory parts of it in bytes, by their names in memory.stat (cgroup-v2.rst)
 * @param userMicros and {@code systemMicros} of CPU time, since the cgroup was made
 * @param tasks processes and threads
 */
public record Figures(
        long memoryBytes, long swapBytes, Map<String, Long> memory, long userMicros, long systemMicros, long tasks) {

    /** memory.stat of v1 has sums with those below as total_NAME, and other names for some. */
    private static final Map<String, String> VERSION_1 = Map.ofEntries(
            Map.entry("total_rss", "anon"),
            Map.entry("total_cache", "file"),
            Map.entry("total_shmem", "shmem"),
            Map.entry("total_mapped_file", "file_mapped"),
            Map.entry("total_dirty", "file_dirty"),
            Map.entry("total_writeback", "file_writeback"),
            Map.entry("total_active_anon", "active_anon"),
            Map.entry("total_inactive_anon", "inactive_anon"),
            Map.entry("total_active_file", "active_file"),
            Map.entry("total_inactive_file", "inactive_file"),
            Map.entry("total_unevictable", "unevictable"),
            Map.entry("total_swap", "swap"));

    private static final long MICROS_PER_TICK = 10_000; // USER_HZ is 100 on every architecture of Debian's

    /** A part of the memory in bytes. */
    public long part(String name) {
        return memory.getOrDefault(name, 0L);
    }

    static Figures version1(Dialect.Files files) throws IOException {
        Map<String, Long> memory = new HashMap<>();
        KeyedFile.parse(files.read("memory", "memory.stat")).forEach((name, value) -> {
            if (VERSION_1.containsKey(name)) memory.put(VERSION_1.get(name), value);
        });
        long charged = Dialect.number(files.read("memory", "memory.usage_in_bytes"));
        memory.put("slab", Math.max(0, charged - memory.getOrDefault("anon", 0L) - memory.getOrDefault("file", 0L)));
        Map<String, Long> cpu = KeyedFile.parse(files.read("cpuacct", "cpuacct.stat"));
        return new Figures(
                charged,
                memory.getOrDefault("swap", 0L),
                Map.copyOf(memory),
                cpu.getOrDefault("user", 0L) * MICROS_PER_TICK,
                cpu.getOrDefault("system", 0L) * MICROS_PER_TICK,
                Dialect.number(files.read("pids", "pids.current")));
    }

    static Figures version2(Dialect.Files files) throws IOException {
        Map<String, Long> cpu = KeyedFile.parse(files.read("cpu", "cpu.stat"));
        return new Figures(
                Dialect.number(files.read("memory", "memory.current")),
                Dialect.number(files.read("memory", "memory.swap.current")),
                Map.copyOf(KeyedFile.parse(files.read("memory", "memory.stat"))),
                cpu.getOrDefault("user_usec", 0L),
                cpu.getOrDefault("system_usec", 0L),
                Dialect.number(files.read("pids", "pids.current")));
    }
}
