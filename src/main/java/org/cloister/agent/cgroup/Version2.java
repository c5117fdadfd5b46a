package org.cloister.agent.cgroup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
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
        return List.of("cpu", "cpuset", "memory", "pids", "io");
    }

    @Override
    public List<Setting> settings(Limits limits, List<String> devices) {
        List<Setting> settings = new ArrayList<>();
        String memory = Long.toString(limits.of(Limit.MEMORY));
        // memory.max below the use would kill until it fits. memory.high frees what can be freed and kills nobody.
        settings.add(new Setting("memory", "memory.high", memory));
        settings.add(new Setting("memory", "memory.max", memory, "memory.current"));
        settings.add(new Setting("memory", "memory.high", "max"));
        settings.add(new Setting("memory", "memory.swap.max", Long.toString(limits.of(Limit.SWAP))));
        settings.add(new Setting(
                "cpu", "cpu.max", limits.of(Limit.CPU) * (CPU_PERIOD_MICROS / 100L) + " " + CPU_PERIOD_MICROS));
        settings.add(new Setting("cpu", "cpu.weight", Long.toString(limits.of(Limit.CPU_WEIGHT))));
        settings.add(new Setting("pids", "pids.max", Long.toString(limits.of(Limit.PROCESSES))));
        for (String device : devices)
            settings.add(new Setting(
                    "io",
                    "io.max",
                    device
                            + rate(" rbps", limits.of(Limit.IO_READ))
                            + rate(" wbps", limits.of(Limit.IO_WRITE))
                            + rate(" riops", limits.of(Limit.IO_READS))
                            + rate(" wiops", limits.of(Limit.IO_WRITES))));
        return settings;
    }

    private static String rate(String what, long value) {
        return what + "=" + (value == 0 ? "max" : Long.toString(value));
    }

    @Override
    public Reading measure(Files top, Files payload, List<String> devices) throws IOException {
        Map<String, Long> cpu = KeyedFile.parse(top.read("cpu", "cpu.stat"));
        return new Reading(
                cpu.getOrDefault("usage_usec", 0L),
                cpu.getOrDefault("throttled_usec", 0L),
                cpu.getOrDefault("nr_throttled", 0L),
                Dialect.number(top.read("memory", "memory.current")),
                Dialect.number(top.read("memory", "memory.swap.current")),
                KeyedFile.parse(payload.read("memory", "memory.events")).getOrDefault("oom_kill", 0L),
                KeyedFile.parse(payload.read("memory", "memory.swap.events")).getOrDefault("max", 0L),
                Dialect.number(top.read("pids", "pids.current")),
                KeyedFile.parse(payload.read("pids", "pids.events")).getOrDefault("max", 0L),
                io(payload.read("io", "io.stat"), devices));
    }

    /** Lines such as {@code 7:4 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0}. */
    private static Io io(String text, List<String> devices) {
        Map<String, Long> sums = new HashMap<>();
        for (String line : text.lines().toList()) {
            String[] words = line.split(" ");
            if (!devices.contains(words[0])) continue;
            for (String word : words) {
                int equals = word.indexOf('=');
                if (equals > 0)
                    sums.merge(word.substring(0, equals), Dialect.number(word.substring(equals + 1)), Long::sum);
            }
        }
        return new Io(
                sums.getOrDefault("rbytes", 0L),
                sums.getOrDefault("wbytes", 0L),
                sums.getOrDefault("rios", 0L),
                sums.getOrDefault("wios", 0L));
    }

    @Override
    public long cpuMicros(Files top) throws IOException {
        return KeyedFile.parse(top.read("cpu", "cpu.stat")).getOrDefault("usage_usec", 0L);
    }

    @Override
    public List<String> gaps() {
        return List.of();
    }
}
