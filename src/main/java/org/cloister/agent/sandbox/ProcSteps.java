package org.cloister.agent.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cloister.agent.linux.Mounts;
import org.cloister.protocol.TenantSpec.Profile;

/**
 * A tenant's /proc and /sys. What this kernel has in /proc beside processes is the machine's, and closed unless it stands
 * in one of the two lists here: so what a newer kernel or a module adds is closed as well. Of sysfs a tenant has nothing;
 * its /sys is a view of ours with the few files that programs need.
 */
final class ProcSteps {

    /** In the view: what lies over what is closed, and where a bare proc goes. */
    static final String MASKS = "masks";

    static final String BARE = "bare/proc";

    private static final String VIEWS = SandboxPlan.VIEWS + "/";
    private static final long LOCKED =
            Mounts.MOUNT_ATTR_RDONLY | Mounts.MOUNT_ATTR_NOSUID | Mounts.MOUNT_ATTR_NODEV | Mounts.MOUNT_ATTR_NOEXEC;

    /**
     * The tenant's own (by its namespaces), or the same on every machine with this kernel. kmsg the kernel itself opens to
     * nobody without CAP_SYSLOG in the first user namespace (syslog(2)); under an empty mask rsyslog reads it again and
     * again, at a whole core.
     */
    static final Set<String> SHOWN = Set.of(
            "self", "thread-self", "mounts", "net", "sys", "sysvipc", "uptime", "filesystems", "version", "kmsg");

    /** Files that {@link Views} writes. */
    static final Set<String> VIEWED =
            Set.of("cpuinfo", "meminfo", "stat", "loadavg", "swaps", "cgroups", "vmstat", "sys/kernel/random/boot_id");

    /**
     * Under /proc/sys what cannot be written is no setting but a fact, and most are counts of what all tenants use
     * together. These are the kernel's build, the tenant's own, or random.
     */
    static final Set<String> SHOWN_FACTS = Set.of(
            "kernel/arch",
            "kernel/cap_last_cap",
            "kernel/core_modes",
            "kernel/msg_next_id",
            "kernel/ngroups_max",
            "kernel/osrelease",
            "kernel/ostype",
            "kernel/random/entropy_avail",
            "kernel/random/poolsize",
            "kernel/random/uuid",
            "kernel/seccomp/actions_avail",
            "kernel/sem_next_id",
            "kernel/shm_next_id",
            "kernel/version");

    /** Settings that name programs of the host's, or its processors. */
    static final Set<String> CLOSED_SETTINGS = Set.of(
            "kernel/core_pattern",
            "kernel/hotplug",
            "kernel/modprobe",
            "kernel/poweroff_cmd",
            "kernel/watchdog_cpumask");

    /**
     * How many of each a tenant may make (namespaces(7), inotify(7)), whatever the machine allows itself. The kernel
     * counts them for all uids of the tenant together, at the owner of its user namespace.
     */
    private static final Map<String, Long> AT_MOST = Map.of(
            "max_inotify_instances", 1_024L,
            "max_inotify_watches", 524_288L,
            "max_fanotify_groups", 0L,
            "max_fanotify_marks", 0L);

    private static final List<String> NAMESPACES = List.of("user", "pid", "mnt", "net", "ipc", "uts", "cgroup", "time");

    /** Enough for some containers of a tenant's own, in its {@link Profile#NESTING}. */
    private static final long NESTED = 256;

    /** A name in the machine's /proc or below. */
    record Entry(String name, boolean directory) {}

    private ProcSteps() {}

    /** What this kernel has in /proc beside processes. It lists processes last, so that their number does not matter. */
    static List<Entry> entries() throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"))) {
            for (Path each : all) {
                String name = each.getFileName().toString();
                if (Character.isDigit(name.charAt(0))) break;
                entries.add(new Entry(name, Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)));
            }
        }
        return entries;
    }

    /** What is not for tenants under /proc/sys; its net belongs to the network namespace. */
    static List<Entry> settings() throws IOException {
        List<Entry> closed = new ArrayList<>();
        Path top = Path.of("/proc/sys");
        Files.walkFileTree(top, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return directory.equals(top.resolve("net")) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                String name = top.relativize(file).toString();
                boolean fact = !Files.getPosixFilePermissions(file).contains(PosixFilePermission.OWNER_WRITE);
                if (fact ? !SHOWN_FACTS.contains(name) : CLOSED_SETTINGS.contains(name))
                    closed.add(new Entry("sys/" + name, false));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE; // gone since, with the module that made it
            }
        });
        return closed;
    }

    /** @param machine as {@link #entries} and {@link #settings} found it */
    static List<Step> of(Profile profile, List<Entry> machine) {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.Fresh(
                "proc",
                "proc",
                Mounts.MOUNT_ATTR_NOSUID | Mounts.MOUNT_ATTR_NODEV | Mounts.MOUNT_ATTR_NOEXEC,
                Map.of()));
        most(profile).forEach((name, value) -> steps.add(new Step.Put("proc/sys/user/" + name, Long.toString(value))));
        if (profile == Profile.NESTING) bare(steps);
        steps.add(new Step.Bind("proc/sys", "proc/sys", Mounts.MOUNT_ATTR_RDONLY)); // and over it what is closed below
        for (Entry entry : machine) {
            if (SHOWN.contains(entry.name())) continue;
            String over = VIEWED.contains(entry.name())
                    ? "proc/" + entry.name()
                    : MASKS + (entry.directory() ? "/directory" : "/file");
            steps.add(new Step.Bind(VIEWS + over, "proc/" + entry.name(), LOCKED));
        }
        steps.add(new Step.Bind(VIEWS + "sys", "sys", LOCKED));
        steps.add(new Step.Fresh("cgroup2", "sys/fs/cgroup", LOCKED, Map.of()));
        return steps;
    }

    /**
     * The kernel lets a nested user namespace mount proc only where a whole one is in sight already (mount_too_revealing()
     * in fs/namespace.c): one that has nothing mounted over its parts. So one more goes to a place where nobody can open
     * it, and the tenant's own /proc keeps its masks and views.
     */
    private static void bare(List<Step> steps) {
        steps.add(new Step.Fresh(
                "proc",
                VIEWS + BARE,
                Mounts.MOUNT_ATTR_NOSUID | Mounts.MOUNT_ATTR_NODEV | Mounts.MOUNT_ATTR_NOEXEC,
                Map.of()));
        steps.add(new Step.Bind(
                VIEWS + MASKS + "/directory", VIEWS + Path.of(BARE).getParent(), LOCKED));
    }

    /**
     * By name under /proc/sys/user; two mount namespaces are left, its own and one for a mount: each is one until it is attached
     * (alloc_mnt_ns() in fs/namespace.c). Written while pid 1 still may, and the tenant never can raise them. */
    private static Map<String, Long> most(Profile profile) {
        Map<String, Long> most = new LinkedHashMap<>();
        for (String kind : NAMESPACES)
            most.put("max_" + kind + "_namespaces", profile == Profile.NESTING ? NESTED : kind.equals("mnt") ? 2 : 0);
        AT_MOST.forEach((name, value) -> most.put(name, value));
        return most;
    }
}
