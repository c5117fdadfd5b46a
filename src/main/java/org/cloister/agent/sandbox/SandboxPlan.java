package org.cloister.agent.sandbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloister.agent.linux.Linux;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;

/**
 * What a tenant's sandbox is built from, in order. A plan has no effect; {@link Launcher} carries it out.
 *
 * <p>Masks and read-only paths follow threats.md and kernel.md: what the kernel tells there is the machine's or a
 * neighbour's, not the tenant's.
 */
record SandboxPlan(List<Step> steps) {

    private static final long NOSUID = Linux.MOUNT_ATTR_NOSUID;
    private static final long NODEV = Linux.MOUNT_ATTR_NODEV;
    private static final long NOEXEC = Linux.MOUNT_ATTR_NOEXEC;
    private static final long RDONLY = Linux.MOUNT_ATTR_RDONLY;

    static final List<String> MASKED_FILES = List.of(
            "proc/cmdline",
            "proc/config.gz",
            "proc/diskstats",
            "proc/interrupts",
            "proc/kallsyms",
            "proc/kcore",
            "proc/key-users",
            "proc/keys",
            "proc/kmsg",
            "proc/latency_stats",
            "proc/locks",
            "proc/partitions",
            "proc/sched_debug",
            "proc/timer_list",
            "proc/timer_stats",
            "proc/vmstat",
            "proc/zoneinfo",
            "sys/kernel/vmcoreinfo");

    static final List<String> MASKED_DIRECTORIES = List.of(
            "proc/acpi",
            "proc/asound",
            "proc/pressure",
            "proc/scsi",
            "sys/block",
            "sys/dev/block",
            "sys/devices/virtual/block",
            "sys/devices/virtual/powercap",
            "sys/firmware",
            "sys/fs/btrfs",
            "sys/fs/selinux",
            "sys/kernel/debug",
            "sys/kernel/security",
            "sys/kernel/slab",
            "sys/kernel/tracing");

    static final List<String> READ_ONLY = List.of("proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger");

    /**
     * capabilities(7): CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, SETPCAP, NET_BIND_SERVICE, NET_RAW
     * (ping's file capability fails at exec without it), SYS_CHROOT, SYS_PTRACE, AUDIT_WRITE, SETFCAP.
     */
    static final long CAPABILITIES = mask(0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 19, 29, 31);

    private static final int TTY_GROUP = 5;

    /**
     * @param root the tenant's tree in the pool
     * @param filter the program that every process of the tenant runs under
     * @param at a directory of the host's that any uid may look into
     */
    static SandboxPlan of(TenantSpec spec, Path root, Path at, byte[] filter) {
        Slot slot = new Slot(spec.slot());
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.BecomeRoot());
        steps.add(new Step.Root(new Mount.IdMapped(root), at.toString()));
        devices(steps, slot, spec);
        for (String path : List.of("tmp", "run"))
            steps.add(new Step.Attach(
                    memory(
                            slot,
                            path.equals("tmp") ? "1777" : "0755",
                            spec.limits().of(Limit.MEMORY),
                            NOSUID | NODEV),
                    path,
                    false));
        steps.add(new Step.Directory("run/lock", "1777"));
        steps.add(new Step.Fresh("proc", "proc", NOSUID | NODEV | NOEXEC, Map.of()));
        steps.add(new Step.Fresh("sysfs", "sys", NOSUID | NODEV | NOEXEC | RDONLY, Map.of()));
        steps.add(new Step.Fresh("cgroup2", "sys/fs/cgroup", NOSUID | NODEV | NOEXEC | RDONLY, Map.of()));
        for (String path : MASKED_FILES) steps.add(new Step.Bind("dev/null", path, RDONLY | NOSUID | NOEXEC));
        for (String path : MASKED_DIRECTORIES)
            steps.add(new Step.Attach(
                    new Mount.Memory("tmpfs", Map.of("mode", "555", "size", "4k"), NOSUID | NODEV | NOEXEC | RDONLY),
                    path,
                    true));
        for (String path : READ_ONLY) steps.add(new Step.Bind(path, path, RDONLY));
        steps.add(new Step.Loopback());
        steps.add(new Step.Hostname(spec.name()));
        steps.add(new Step.Pivot());
        // Loaded while CAP_SYS_ADMIN is still held, so without no_new_privs: su and sudo work inside.
        steps.add(new Step.Filter(filter));
        steps.add(new Step.Capabilities(CAPABILITIES));
        steps.add(new Step.Go());
        return new SandboxPlan(List.copyOf(steps));
    }

    private static void devices(List<Step> steps, Slot slot, TenantSpec spec) {
        steps.add(new Step.Attach(new Mount.Devices(slot.firstUid()), "dev", false));
        for (String directory : List.of("pts", "shm", "mqueue"))
            steps.add(new Step.Directory("dev/" + directory, "0755"));
        Map<String, String> links = new LinkedHashMap<>();
        links.put("ptmx", "pts/ptmx");
        links.put("fd", "/proc/self/fd");
        links.put("stdin", "/proc/self/fd/0");
        links.put("stdout", "/proc/self/fd/1");
        links.put("stderr", "/proc/self/fd/2");
        links.forEach((name, target) -> steps.add(new Step.Link("dev/" + name, target)));
        steps.add(new Step.Attach(
                new Mount.Memory(
                        "devpts",
                        Map.of(
                                "uid", Long.toString(slot.firstUid()),
                                "gid", Long.toString(slot.firstUid() + TTY_GROUP),
                                "mode", "0620",
                                "ptmxmode", "0666",
                                "max", Long.toString(spec.limits().of(Limit.TERMINALS))),
                        NOSUID | NOEXEC),
                "dev/pts",
                false));
        steps.add(new Step.Attach(
                memory(slot, "1777", spec.limits().of(Limit.MEMORY), NOSUID | NODEV), "dev/shm", false));
        steps.add(new Step.Fresh("mqueue", "dev/mqueue", NOSUID | NODEV | NOEXEC, Map.of()));
    }

    /** Its pages are billed to the tenant's memory; the size only gives a write past it a clear error. */
    private static Mount memory(Slot slot, String mode, long bytes, long attributes) {
        String owner = Long.toString(slot.firstUid());
        return new Mount.Memory(
                "tmpfs", Map.of("mode", mode, "size", Long.toString(bytes), "uid", owner, "gid", owner), attributes);
    }

    private static long mask(int... numbers) {
        long mask = 0;
        for (int number : numbers) mask |= 1L << number;
        return mask;
    }
}
