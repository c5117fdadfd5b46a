package org.cloister.agent.sandbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cloister.agent.cgroup.Cgroups;
import org.cloister.agent.linux.Errno;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.linux.SeqPacket;
import org.cloister.agent.linux.SyscallException;
import org.cloister.agent.network.Network;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;

/** Carries out a {@link SandboxPlan}: from a specification and a root file system to a serving tenant-init. */
final class Launcher {

    private static final int STEP_SECONDS = 20;

    private final Path program;
    private final Path run;
    private final Cgroups cgroups;
    private final Network network;
    private final Views views;
    private final Map<TenantSpec.Profile, byte[]> filters;
    private final List<ProcSteps.Entry> settings;

    /**
     * @param program the tenant-init executable
     * @param run a root-owned 0700 directory for exec sockets; its parent is one that any uid may look into, since
     *     tenant-init, with the tenant's ids by then, attaches its root over it
     */
    Launcher(
            Path program,
            Path run,
            Cgroups cgroups,
            Network network,
            Views views,
            Map<TenantSpec.Profile, byte[]> filters)
            throws IOException {
        this.program = program;
        this.run = run;
        this.cgroups = cgroups;
        this.network = network;
        this.views = views;
        this.filters = filters;
        this.settings = ProcSteps.settings();
    }

    /** Where the tenant's exec service listens. */
    Path socket(Slot slot) {
        return run.resolve(slot.link() + ".sock");
    }

    /** Launches; a step that fails undoes what came before. */
    Sandbox launch(TenantSpec spec, Path root) throws IOException {
        long began = System.nanoTime();
        Slot slot = new Slot(spec.slot());
        try {
            views.make(spec, slot);
            cgroups.create(slot.cgroup(), spec.limits());
            int pid = build(spec, slot, root);
            long micros = (System.nanoTime() - began) / 1000;
            long ticks = ProcFiles.startTicks(pid);
            if (ticks < 0) throw new IOException("tenant-init ended as soon as it served");
            return new Sandbox(pid, ticks, ProcFiles.bootId(), spec.generation(), Instant.now(), micros);
        } catch (IOException | RuntimeException e) {
            try {
                tearDown(slot);
            } catch (IOException worse) {
                e.addSuppressed(worse);
            }
            throw e;
        }
    }

    /**
     * Ends whatever of the tenant's runs, and removes cgroups, link, socket and views. Idempotent. Views are made first and
     * removed last: where an agent was killed in between, they tell.
     */
    void tearDown(Slot slot) throws IOException {
        cgroups.destroy(slot.cgroup());
        network.disconnect(slot);
        Files.deleteIfExists(socket(slot));
        views.remove(slot);
    }

    /** Slots of which there is anything to tear down. */
    Set<Slot> remains() throws IOException {
        Set<Slot> slots = new HashSet<>();
        for (String name : cgroups.names()) slots.add(new Slot(Integer.parseInt(name.substring(2))));
        for (int number : views.slots()) slots.add(new Slot(number));
        return slots;
    }

    private int build(TenantSpec spec, Slot slot, Path root) throws IOException {
        Files.deleteIfExists(socket(slot));
        SeqPacket[] ends = SeqPacket.pair();
        try (SeqPacket control = ends[0]) {
            try (SeqPacket theirs = ends[1];
                    Fd listener = SeqPacket.listen(socket(slot).toString());
                    Fd nothing = Linux.open("/dev/null", Linux.O_RDWR)) {
                int outer = Linux.posixSpawn(
                        program.toString(),
                        List.of("tenant-init", Long.toString(slot.firstUid())),
                        List.of(nothing, nothing, nothing, theirs.fd(), listener));
                theirs.close();
                int pid = inner(control, outer);
                SandboxPlan plan = plan(spec, root);
                MountPoints.make(root, plan);
                furnish(control, pid, spec, slot, plan);
                return pid;
            }
        }
    }

    /** What the tenant's sandbox is built from on this machine. */
    SandboxPlan plan(TenantSpec spec, Path root) throws IOException {
        return plan(spec, root, machine());
    }

    /** What this kernel has in /proc now. */
    List<ProcSteps.Entry> machine() throws IOException {
        List<ProcSteps.Entry> machine = new ArrayList<>(ProcSteps.entries());
        machine.addAll(settings);
        return machine;
    }

    /** @param machine as {@link #machine} has it, read once for many tenants */
    SandboxPlan plan(TenantSpec spec, Path root, List<ProcSteps.Entry> machine) {
        return SandboxPlan.of(
                spec, root, views.at(new Slot(spec.slot())), machine, run.getParent(), filters.get(spec.profile()));
    }

    /** The outer half clones, reports and leaves. */
    private static int inner(SeqPacket control, int outer) throws IOException {
        SeqPacket.Packet report = control.receive(STEP_SECONDS);
        Linux.waitpid(outer);
        if (report == null) throw new IOException("tenant-init ended before it began");
        String[] words = report.text().strip().split(" ", 2);
        if (words[0].equals("pid")) return Integer.parseInt(words[1]);
        throw new SyscallException(words.length > 1 ? words[1] : "tenant-init", Integer.parseInt(words[0]));
    }

    /** The child waits for its next step, so until this conversation ends its pid cannot have been reused. */
    private void furnish(SeqPacket control, int pid, TenantSpec spec, Slot slot, SandboxPlan plan) throws IOException {
        cgroups.enter(slot.cgroup(), pid);
        String map = "0 " + slot.firstUid() + " " + Slot.IDS;
        Files.writeString(Path.of("/proc", Integer.toString(pid), "uid_map"), map);
        Files.writeString(Path.of("/proc", Integer.toString(pid), "gid_map"), map);
        try (Fd users = Linux.open("/proc/" + pid + "/ns/user", Linux.O_RDONLY);
                Fd net = Linux.open("/proc/" + pid + "/ns/net", Linux.O_RDONLY)) {
            network.connect(slot, spec.limits(), net);
            for (Step step : plan.steps()) {
                carryOut(control, step, users);
                if (step instanceof Step.BecomeRoot) cgroups.settle(slot.cgroup(), pid, spec.limits());
            }
        }
    }

    private static void carryOut(SeqPacket control, Step step, Fd users) throws IOException {
        Mount mount = switch (step) {
            case Step.Root root -> root.mount();
            case Step.Attach attach -> attach.mount();
            default -> null;
        };
        if (step instanceof Step.Filter(byte[] program)) {
            control.send(List.of(), packet(step.words(), program));
        } else if (mount == null) {
            control.send(List.of(), step.words());
        } else {
            try (Fd descriptor = mount.open(users)) {
                control.send(List.of(descriptor), step.words());
            }
        }
        SeqPacket.Packet answer = control.receive(STEP_SECONDS);
        if (answer == null) throw new IOException("tenant-init ended at the step: " + String.join(" ", step.words()));
        String text = answer.text().strip();
        if (text.equals("ok")) return;
        int errno = Integer.parseInt(text);
        if (step.optional() && errno == Errno.ENOENT) return;
        String fault = MountPoints.fault(step, errno);
        if (fault != null) throw new IOException(fault);
        throw new SyscallException(
                step.words().getFirst(), errno, step.words().stream().skip(1).toArray());
    }

    private static byte[] packet(List<String> words, byte[] bytes) {
        byte[] text = (String.join("\0", words) + "\0").getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(text.length + bytes.length)
                .put(text)
                .put(bytes)
                .array();
    }
}
