package org.cloister.agent.fact;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloister.agent.sandbox.ProcFiles;

/**
 * A process of the machine as /proc shows it (proc_pid_status(5), cgroups(7)).
 *
 * @param uids real, effective, saved and that of file access; {@code gids} the same, and supplementary ones
 * @param namespaces kind to inode; empty where the kernel does not tell even root, as of some machines' pid 1
 * @param cgroups controllers as the kernel lists them ("" for the unified tree) to path
 * @param status the fields of /proc/PID/status
 */
record Seen(
        int pid,
        String name,
        List<Long> uids,
        List<Long> gids,
        Map<String, Long> namespaces,
        Map<String, String> cgroups,
        Map<String, String> status) {

    /** Empty where it has ended, or is a zombie, which can do nothing more. */
    static Optional<Seen> read(int pid) throws IOException {
        Map<String, String> status = new HashMap<>();
        for (String line : ProcFiles.lines(pid, "status")) {
            int colon = line.indexOf(':');
            if (colon > 0)
                status.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        String state = status.getOrDefault("State", "");
        if (status.isEmpty() || state.startsWith("Z") || state.startsWith("X")) return Optional.empty();
        Map<String, Long> namespaces;
        try {
            namespaces = ProcFiles.namespaces(pid);
            if (namespaces.isEmpty()) return Optional.empty();
        } catch (AccessDeniedException e) {
            namespaces = Map.of();
        } catch (FileSystemException e) { // it ends: its namespaces go before it does
            return Optional.empty();
        }
        Map<String, String> cgroups = new HashMap<>();
        for (String line : ProcFiles.lines(pid, "cgroup")) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3) cgroups.put(parts[1], parts[2]);
        }
        if (cgroups.isEmpty()) return Optional.empty();
        return Optional.of(new Seen(
                pid,
                status.getOrDefault("Name", "?"),
                numbers(status.get("Uid")),
                numbers(status.get("Gid") + " " + status.getOrDefault("Groups", "")),
                namespaces,
                cgroups,
                status));
    }

    private static List<Long> numbers(String text) {
        return Arrays.stream(text.strip().split(" ")).map(Long::valueOf).toList();
    }

    /** A set of capabilities(7) by its field, such as CapBnd. */
    long capabilities(String field) {
        return Long.parseUnsignedLong(status.getOrDefault(field, "0"), 16);
    }

    /** For people: a name may be anything, so what is no plain text is shown as such. */
    String words() {
        return "process " + pid + " (" + name.replaceAll("[^\\x20-\\x7e]", "?") + ")";
    }
}
