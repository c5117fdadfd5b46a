package org.cloister.agent.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;

/** Writes a tenant's limits where they bind. A controller that this machine lacks is passed over: missing() says so. */
final class Bounds {

    /** What pid 1 may use beside its tenant, so that neither can starve the other. */
    private static final long INIT_MEMORY = 32L << 20;

    private static final int INIT_PIDS = 16;

    private static final long PAGE = 4096;

    private final Dialect dialect;
    private final Map<String, Path> controllers;

    /** @param controllers the instance's cgroup in the tree of each */
    Bounds(Dialect dialect, Map<String, Path> controllers) {
        this.dialect = dialect;
        this.controllers = controllers;
    }

    /** Those of the tenant's top, which holds pid 1 beside its processes. */
    void outer(String name, Limits limits, List<String> devices) throws IOException {
        write(name, "", outer(limits), devices, new Undo());
    }

    /** All of them; see {@link Cgroups#limit}. */
    void all(String name, Limits limits, List<String> devices) throws IOException {
        Undo undo = new Undo();
        try {
            write(name, Cgroups.PAYLOAD, limits, devices, undo);
            write(name, "", outer(limits), devices, undo);
        } catch (IOException e) {
            undo.run(e);
            throw e;
        }
    }

    private static Limits outer(Limits limits) {
        return limits.with(Map.of(
                Limit.MEMORY.key(), limits.of(Limit.MEMORY) + INIT_MEMORY,
                Limit.PROCESSES.key(), limits.of(Limit.PROCESSES) + INIT_PIDS));
    }

    private void write(String name, String leaf, Limits limits, List<String> devices, Undo undo) throws IOException {
        for (Dialect.Setting setting : dialect.settings(limits, devices)) write(name, leaf, setting, undo);
    }

    /**
     * Whether a controller's limits are written there. CPU binds at the top alone: v1 refuses a parent's quota below its
     * child's, in whichever order they change. I/O binds where the processes are: v1 throttles no hierarchy.
     */
    private static boolean binds(String controller, String leaf) {
        return switch (controller) {
            case "cpu" -> leaf.isEmpty();
            case "io", "blkio" -> !leaf.isEmpty();
            default -> true;
        };
    }

    private void write(String name, String leaf, Dialect.Setting setting, Undo undo) throws IOException {
        Path tree = controllers.get(setting.controller());
        if (tree == null || !binds(setting.controller(), leaf)) return; // what is missing is said in missing()
        Path cgroup = tree.resolve(name).resolve(leaf);
        Path file = cgroup.resolve(setting.file());
        if (setting.first() != null
                && Dialect.number(Cgroups.read(cgroup.resolve(setting.first()))) > Dialect.number(setting.value()))
            throw inUse(null);
        // What is there already is not written again: a tenant whose memory is used up must still be frozen and
        // stopped,
        // and to set the very same limit the kernel would have it give memory back first.
        if (setting.controller().equals("memory") && holds(file, setting.value())) return;
        try {
            if (setting.controller().equals("memory")) undo.remember(file);
            Files.writeString(file, setting.value());
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("Device or resource busy")) throw inUse(e);
            throw new IOException("cannot write " + setting.value() + " to " + file + ": " + e.getMessage(), e);
        }
    }

    /** The kernel keeps whole pages. */
    private static boolean holds(Path file, String value) throws IOException {
        String now = Cgroups.read(file).strip();
        return now.equals(value)
                || Dialect.number(value) > 0 && Dialect.number(now) / PAGE == Dialect.number(value) / PAGE;
    }

    private static InUseException inUse(IOException cause) {
        return new InUseException(
                "More memory is in use than the new limit, and cannot be freed: the former limits stay. End some of its processes first, or allow it more.",
                cause);
    }

    /** What was there before, to be written again in reverse. */
    private static final class Undo {

        private final Deque<Map.Entry<Path, String>> before = new ArrayDeque<>();

        void remember(Path file) throws IOException {
            before.push(Map.entry(file, Files.readString(file).strip()));
        }

        /** One that cannot be put back keeps no other from it. */
        void run(IOException cause) {
            for (var each : before) {
                try {
                    Files.writeString(each.getKey(), each.getValue());
                } catch (IOException e) {
                    cause.addSuppressed(e);
                }
            }
        }
    }
}
