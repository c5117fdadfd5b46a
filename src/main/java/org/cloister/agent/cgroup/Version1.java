package org.cloister.agent.cgroup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
        return List.of("cpu", "cpuacct", "memory", "pids");
    }

    @Override
    public List<Setting> settings(Limits limits) {
        List<Setting> settings = new ArrayList<>();
        settings.add(new Setting("cpu", "cpu.cfs_period_us", Integer.toString(CPU_PERIOD_MICROS)));
        settings.add(new Setting(
                "cpu", "cpu.cfs_quota_us", Long.toString(limits.of(Limit.CPU) * (CPU_PERIOD_MICROS / 100L))));
        String memory = Long.toString(limits.of(Limit.MEMORY));
        if (countsSwap) {
            // memsw must never be below limit: when shrinking, limit goes first, when growing, memsw. So all to -1
            // first.
            settings.add(new Setting("memory", "memory.memsw.limit_in_bytes", "-1"));
            settings.add(new Setting("memory", "memory.limit_in_bytes", memory));
            settings.add(new Setting("memory", "memory.memsw.limit_in_bytes", memory));
        } else {
            settings.add(new Setting("memory", "memory.limit_in_bytes", memory));
        }
        settings.add(new Setting("pids", "pids.max", Long.toString(limits.of(Limit.PROCESSES))));
        return settings;
    }

    @Override
    public Reading measure(Files files) throws IOException {
        return new Reading(
                Dialect.number(files.read("cpuacct", "cpuacct.usage")) / 1000,
                KeyedFile.parse(files.read("cpu", "cpu.stat")).getOrDefault("throttled_time", 0L) / 1000,
                Dialect.number(files.read("memory", "memory.usage_in_bytes")),
                KeyedFile.parse(files.read("memory", "memory.oom_control")).getOrDefault("oom_kill", 0L),
                Dialect.number(files.read("pids", "pids.current")),
                KeyedFile.parse(files.read("pids", "pids.events")).getOrDefault("max", 0L));
    }
}
