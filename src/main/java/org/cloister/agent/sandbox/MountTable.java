package org.cloister.agent.sandbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cloister.agent.linux.Mounts;
import org.cloister.protocol.Slot;

/** The mounts that a {@link SandboxPlan} leads to, as /proc/PID/mountinfo shows them (proc_pid_mountinfo(5)). */
public final class MountTable {

    /**
     * @param at where it is mounted, from "/"
     * @param type of the file system
     * @param root which of its directories or files is shown there
     * @param attributes MOUNT_ATTR_*: read-only, nosuid, nodev, noexec
     */
    public record Line(String at, String type, String root, long attributes) {}

    private static final long LOCKED =
            Mounts.MOUNT_ATTR_RDONLY | Mounts.MOUNT_ATTR_NOSUID | Mounts.MOUNT_ATTR_NODEV | Mounts.MOUNT_ATTR_NOEXEC;

    private MountTable() {}

    /** @param pool where the pool is mounted on the host; a cgroup's root is left to end with the slot's own */
    static List<Line> of(SandboxPlan plan, Path pool, Slot slot) {
        List<Line> lines = new ArrayList<>();
        for (Step step : plan.steps()) {
            switch (step) {
                case Step.Root root
                when root.mount() instanceof Mount.IdMapped tree ->
                    lines.add(new Line("/", "btrfs", "/" + pool.relativize(tree.tree()), Mounts.MOUNT_ATTR_NODEV));
                case Step.Attach attach -> lines.add(attached("/" + attach.path(), attach.mount()));
                case Step.Fresh fresh ->
                    lines.add(new Line(
                            "/" + fresh.path(),
                            fresh.type(),
                            fresh.type().equals("cgroup2") ? "/" + slot.cgroup() : "/",
                            fresh.attributes()));
                case Step.Bind bind -> lines.add(bound(lines, "/" + bind.from(), "/" + bind.to(), bind.attributes()));
                default -> {}
            }
        }
        return List.copyOf(lines);
    }

    private static Line attached(String at, Mount mount) {
        return switch (mount) {
            case Mount.Memory memory -> new Line(at, memory.type(), "/", memory.attributes());
            case Mount.Devices devices ->
                new Line(at, "tmpfs", "/", Mounts.MOUNT_ATTR_NOSUID | Mounts.MOUNT_ATTR_NOEXEC);
            case Mount.Shown shown -> new Line(at, "tmpfs", "/", LOCKED);
            case Mount.IdMapped tree -> throw new IllegalArgumentException("the root is attached by a step of its own");
        };
    }

    /** A bind shows a part of the mount that its source lies in, with that one's attributes and its own. */
    private static Line bound(List<Line> before, String from, String to, long attributes) {
        Line source = before.getFirst();
        for (Line line : before)
            if (isBelow(from, line.at()) && line.at().length() >= source.at().length()) source = line;
        String rest = from.substring(source.at().equals("/") ? 0 : source.at().length());
        String root = source.root().equals("/") ? rest : source.root() + rest;
        return new Line(to, source.type(), root.isEmpty() ? "/" : root, source.attributes() | attributes);
    }

    private static boolean isBelow(String path, String directory) {
        return directory.equals("/") || path.equals(directory) || path.startsWith(directory + "/");
    }
}
