package org.cloister.agent.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What of the machine goes into tenants' views, read once.
 *
 * @param memory and {@code swap} in bytes
 * @param cpuinfo and {@code cgroups} the texts of /proc
 */
record MachineFacts(int processors, long memory, long swap, String cpuinfo, String cgroups) {

    static MachineFacts read() throws IOException {
        String meminfo = Files.readString(Path.of("/proc/meminfo"));
        String cpuinfo = Files.readString(Path.of("/proc/cpuinfo"));
        return new MachineFacts(
                (int) Math.max(
                        1,
                        cpuinfo.lines()
                                .filter(line -> line.startsWith("processor"))
                                .count()),
                bytes(meminfo, "MemTotal"),
                bytes(meminfo, "SwapTotal"),
                cpuinfo,
                Files.readString(Path.of("/proc/cgroups")));
    }

    /** Views that stay as they are: a machine without disks and swap devices of its own, and without a past. */
    Map<String, String> unchanging() {
        return Map.of(
                "proc/cgroups", ViewText.cgroups(cgroups),
                "proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n",
                "proc/vmstat", "pgpgin 0\npgpgout 0\npswpin 0\npswpout 0\npgfault 0\npgmajfault 0\noom_kill 0\n");
    }

    private static long bytes(String meminfo, String name) {
        Matcher line = Pattern.compile("(?m)^" + name + ": +(\\d+) kB$").matcher(meminfo);
        return line.find() ? Long.parseLong(line.group(1)) << 10 : 0;
    }
}
