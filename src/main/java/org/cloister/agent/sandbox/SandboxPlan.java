package org.cloister.agent.sandbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloister.agent.linux.Mounts;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;

/**
 * What a tenant's sandbox is built from, in order. A plan has no effect; {@link Launcher} carries it out.
 *
 * <p>What of /proc and /sys a tenant sees is in {@link ProcSteps}.
 */
record SandboxPlan(List<Step> steps) {

    private static final long NOSUID = Mounts.MOUNT_ATTR_NOSUID;
    private static final long NODEV = Mounts.MOUNT_ATTR_NODEV;
    private static final long NOEXEC = Mounts.MOUNT_ATTR_NOEXEC;

    /** Where a tenant finds its {@link Views}. */
    static final String VIEWS = "run/cloister";

    /**
     * capabilities(7): CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, SETPCAP, NET_BIND_SERVICE, NET_RAW
     * (ping's file capability fails at exec without it), SYS_CHROOT, SYS_PTRACE, AUDIT_WRITE, SETFCAP.
     */
    static final long CAPABILITIES = mask(0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 19, 29, 31);

    /**
     * @param root the tenant's tree in the pool
     * @param views where the tenant's {@link Views} lie on the host
     * @param machine what this kernel has in /proc
     * @param filter the program that every process of the tenant runs under
     * @param at a directory of the host's that any uid may look into
     */
    static SandboxPlan of(
            TenantSpec spec, Path root, Path views, List<ProcSteps.Entry> machine, Path at, byte[] filter) {
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
                    path));
        steps.add(new Step.Directory("run/lock", "1777"));
        steps.add(new Step.Directory(VIEWS, "0755"));
        steps.add(new Step.Attach(new Mount.Shown(views), VIEWS));
        steps.addAll(ProcSteps.of(spec.profile(), machine));
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
        steps.add(new Step.Attach(new Mount.Devices(slot.firstUid()), "dev"));
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
                new Mount.Memory("devpts", Terminals.options(slot, spec.limits()), NOSUID | NOEXEC), "dev/pts"));
        steps.add(new Step.Attach(memory(slot, "1777", spec.limits().of(Limit.MEMORY), NOSUID | NODEV), "dev/shm"));
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
