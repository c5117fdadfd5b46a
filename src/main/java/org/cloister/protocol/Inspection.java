package org.cloister.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A tenant as the host sees it.
 *
 * @param initPid pid 1 of the tenant as the host counts
 * @param launchedAt when its sandbox was launched, which took {@code launchMicros}
 * @param namespaces kind (user pid mnt net ipc uts cgroup time) to inode
 * @param uidMap the lines of uid_map, as the initial user namespace reads them
 * @param cgroupPaths the lines of /proc/PID/cgroup of pid 1
 * @param mounts what is mounted for pid 1, in the order of the kernel's list
 * @param count processes that there are
 * @param processes those of them that could be read in a few seconds; where they are fewer than {@code count}, the rest
 *     had ended meanwhile, or was left out for want of time
 */
public record Inspection(
        int initPid,
        Instant launchedAt,
        long launchMicros,
        Map<String, Long> namespaces,
        List<String> uidMap,
        List<String> gidMap,
        List<String> cgroupPaths,
        List<Mount> mounts,
        int count,
        List<Process> processes) {

    /**
     * A mounted file system (proc_pid_mountinfo(5)).
     *
     * @param at where, from "/"
     * @param root which of the file system's directories or files is shown there
     * @param attributes rw or ro, then what of nosuid, nodev and noexec holds, with commas between
     * @param options all that the kernel tells: of the mount, then of the file system
     */
    public record Mount(String at, String type, String root, String attributes, String options) {}

    /** One process of the tenant: its ids inside and outside. */
    public record Process(int pid, int pidInside, long uid, long uidInside, String command, long memoryBytes) {}
}
