package org.cloister.protocol;

import java.util.List;
import java.util.Map;

/**
 * A tenant as the host sees it.
 *
 * @param initPid pid 1 of the tenant as the host counts
 * @param namespaces kind (user pid mnt net ipc uts cgroup time) to inode
 * @param uidMap the lines of uid_map, as the initial user namespace reads them
 * @param cgroupPaths the lines of /proc/PID/cgroup of pid 1
 * @param count processes that there are
 * @param processes those of them that could be read in a few seconds; where they are fewer than {@code count}, the rest
 *     had ended meanwhile, or was left out for want of time
 */
public record Inspection(
        int initPid,
        Map<String, Long> namespaces,
        List<String> uidMap,
        List<String> gidMap,
        List<String> cgroupPaths,
        int count,
        List<Process> processes) {

    /** One process of the tenant: its ids inside and outside. */
    public record Process(int pid, int pidInside, long uid, long uidInside, String command, long memoryBytes) {}
}
