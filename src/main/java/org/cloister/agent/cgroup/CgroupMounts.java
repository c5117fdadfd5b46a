package org.cloister.agent.cgroup;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the cgroup file systems are mounted.
 *
 * @param unified the v2 tree, null where there is none
 * @param controllers v1 controllers by name, each with its hierarchy's mount
 */
record CgroupMounts(Path unified, Map<String, Path> controllers) {

    private static final List<String> KNOWN = List.of("cpu", "cpuacct", "memory", "pids", "cpuset", "blkio", "devices");

    /** @param mountinfo the text of /proc/self/mountinfo (proc_pid_mountinfo(5)) */
    static CgroupMounts parse(String mountinfo) {
        Path unified = null;
        Map<String, Path> controllers = new HashMap<>();
        for (String line : mountinfo.lines().toList()) {
            String[] halves = line.split(" - ", 2);
            String[] mount = halves[0].split(" ");
            if (halves.length < 2 || mount.length < 6) continue;
            String[] source = halves[1].split(" ");
            Path at = Path.of(mount[4].replace("\\040", " "));
            if (source[0].equals("cgroup2") && unified == null) unified = at;
            if (source[0].equals("cgroup"))
                Arrays.stream(source[2].split(","))
                        .filter(KNOWN::contains)
                        .forEach(c -> controllers.putIfAbsent(c, at));
        }
        return new CgroupMounts(unified, Map.copyOf(controllers));
    }
}
