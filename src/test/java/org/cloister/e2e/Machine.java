package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the host shows of an instance: its commands' effects, seen without the instance's own word. */
final class Machine {

    private Machine() {}

    /** The pids of database, agent and manager, as ops/up wrote them down. */
    static Map<String, Long> pids(Instance instance) {
        Map<String, Long> pids = new TreeMap<>();
        for (String part : List.of("db", "agent", "manager")) pids.put(part, pid(instance, part));
        return pids;
    }

    static long pid(Instance instance, String part) {
        return Long.parseLong(read(instance.run().resolve(part + ".pid")).split(" ")[0]);
    }

    /** A process that no other one can be taken for: its pid and when it started. */
    record Life(long pid, String startTime) {

        /** @throws AssertionError no such process, or a zombie */
        static Life of(long pid) {
            String startTime = startTime(pid);
            if (startTime == null) throw new AssertionError("no process " + pid);
            return new Life(pid, startTime);
        }

        boolean goesOn() {
            return startTime.equals(startTime(pid));
        }

        private static String startTime(long pid) {
            try {
                // The second field is a name in parentheses that may hold spaces: count from behind it.
                String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                return fields[0].equals("Z") ? null : fields[19];
            } catch (IOException e) {
                return null; // it has ended
            }
        }
    }

    /**
     * All that an instance could leave behind, of the whole machine: by kind, one line for each thing. Two of these are
     * equal when nothing was left between them.
     */
    static Map<String, List<String>> traces() {
        return Map.of(
                "mounts", lines("awk", "{ print $5 }", "/proc/self/mountinfo"),
                "loop devices", lines("losetup", "-n", "-O", "BACK-FILE", "-l"),
                "cgroups", lines("find", "/sys/fs/cgroup", "-maxdepth", "3", "-type", "d", "-name", "ct*"),
                "links", lines("sh", "-c", "ip -o link | awk '{ print $2 }'"),
                "firewall", lines("nft", "--stateless", "list", "ruleset"),
                "routing",
                        lines(
                                "sh",
                                "-c",
                                "for f in -4 -6; do ip $f -d rule; ip $f route show table all; done | sed 's/ expires [0-9]*sec//'"),
                "settings of the network",
                        lines(
                                "sh",
                                "-c",
                                "sysctl -a 2>/dev/null | grep ^net | grep -vE '^net.(netfilter|nf_conntrack)'"),
                "accounts", lines("sh", "-c", "cat /etc/passwd /etc/group /etc/subuid /etc/subgid | cut -d: -f1"),
                "directories",
                        lines(
                                "find",
                                "/var/lib",
                                "/run",
                                "/tmp",
                                "/etc/sysctl.d",
                                "/etc/systemd/system",
                                "-maxdepth",
                                "1"));
    }

    /** These once nothing changes any more of what came before, such as a browser that clears up after itself. */
    static Map<String, List<String>> settledTraces() {
        List<Map<String, List<String>>> last = new ArrayList<>(List.of(Map.of()));
        Eventually.holds(() -> {
            last.set(0, traces());
            Eventually.pause(2_000);
            assertEquals(last.getFirst(), traces());
        });
        return last.getFirst();
    }

    private static List<String> lines(String... command) {
        return Command.run(command).orFail().out().lines().sorted().toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new AssertionError(file + " is not there: its process does not run", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
