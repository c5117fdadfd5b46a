package org.cloister.agent.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.cloister.agent.linux.Errno;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.linux.SyscallException;

/**
 * The directories at the top of a tenant's own root that file systems are mounted on. What stands there is the tenant's,
 * or a backup's: it may be anything. Nothing is followed, nothing is opened but as a path.
 */
final class MountPoints {

    private MountPoints() {}

    /** Makes those that are missing, so that a tenant without its /tmp starts. One that is something else stays. */
    static void make(Path root, SandboxPlan plan) throws IOException {
        try (Fd top = Linux.open(root.toString(), Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_NOFOLLOW)) {
            for (String name : names(plan)) {
                try {
                    Linux.mkdirat(top.number(), name, 0755); // follows no link in its last name, and it has no other
                } catch (SyscallException e) {
                    if (e.errno() != Errno.EEXIST) throw e;
                }
            }
        }
    }

    /** What to say of a step that failed because of what stands at its mount point; null where that is not the reason. */
    static String fault(Step step, int errno) {
        String name = name(step);
        if (name == null) return null;
        String found = switch (errno) {
            case Errno.ELOOP -> "a link";
            case Errno.ENOTDIR -> "something that is no directory";
            case Errno.ENOENT -> "nothing";
            default -> null;
        };
        if (found == null) return null;
        return "The tenant's own disk has " + found + " at /" + name
                + ", where a directory must be. Restore a snapshot from before, or delete the tenant.";
    }

    static Set<String> names(SandboxPlan plan) {
        return plan.steps().stream()
                .map(MountPoints::name)
                .filter(Objects::nonNull)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static String name(Step step) {
        String path = switch (step) {
            case Step.Attach attach -> attach.path();
            case Step.Fresh fresh -> fresh.path();
            case Step.Bind bind -> bind.to();
            default -> "/";
        };
        return path.contains("/") ? null : path;
    }
}
