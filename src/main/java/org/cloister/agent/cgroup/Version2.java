package org.cloister.agent.cgroup;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;

/** The unified interface (cgroup-v2.rst). */
final class Version2 implements Dialect {

    @Override
    public String version() {
        return "v2";
    }

    @Override
    public List<String> controllers() {
        return List.of("cpu", "memory", "pids");
    }

    @Override
    public List<Setting> settings(Limits limits) {
        return List.of(
                new Setting(
                        "cpu", "cpu.max", limits.of(Limit.CPU) * (CPU_PERIOD_MICROS / 100L) + " " + CPU_PERIOD_MICROS),
                new Setting("memory", "memory.swap.max", "0"),
                new Setting("memory", "memory.max", Long.toString(limits.of(Limit.MEMORY))),
                new Setting("pids", "pids.max", Long.toString(limits.of(Limit.PROCESSES))));
    }

    @Override
    public Reading measure(Files files) throws IOException {
        Map<String, Long> cpu = KeyedFile.parse(files.read("cpu", "cpu.stat"));
        return new Reading(
                cpu.getOrDefault("usage_usec", 0L),
                cpu.getOrDefault("throttled_usec", 0L),
                Dialect.number(files.read("memory", "memory.current")),
                KeyedFile.parse(files.read("memory", "memory.events")).getOrDefault("oom_kill", 0L),
                Dialect.number(files.read("pids", "pids.current")),
                KeyedFile.parse(files.read("pids", "pids.events")).getOrDefault("max", 0L));
    }
}
