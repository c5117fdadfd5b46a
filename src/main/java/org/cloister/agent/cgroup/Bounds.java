package org.cloister.agent.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
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

    /** What is read back otherwise than it was to be written; see {@link Cgroups#strays}. */
    List<Stray> strays(String name, Limits limits, List<String> devices) throws IOException {
        List<Stray> strays = new ArrayList<>();
        strays(name, Cgroups.PAYLOAD, limits, devices, strays);
        strays(name, "", outer(limits), devices, strays);
        return strays;
    }

    private void strays(String name, String leaf, Limits limits, List<String> devices, List<Stray> strays)
            throws IOException {
        Map<String, Dialect.Setting> last = new LinkedHashMap<>(); // some are written on the way to another value
        for (Dialect.Setting setting : dialect.settings(limits, devices))
            last.put(setting.file() + " " + device(setting), setting);
        for (Dialect.Setting setting : last.values()) {
            Path tree = controllers.get(setting.controller());
            if (tree == null || !binds(setting.controller(), leaf)) continue;
            String found = found(tree.resolve(name).resolve(leaf).resolve(setting.file()), setting);
            if (!isSame(found, setting.value()))
                strays.add(new Stray(
                        (leaf.isEmpty() ? "" : leaf + "/") + setting.file(),
                        setting.value(),
                        found.isEmpty() ? "none" : found));
        }
    }

    /** The device that a rate is for; "" for a setting of another kind. */
    private static String device(Dialect.Setting setting) {
        return binds(setting.controller(), "") ? "" : setting.value().split(" ")[0];
    }

    /** Of a file that has a line for each device, the line of this one; where there is none, no rate binds. */
    private static String found(Path file, Dialect.Setting setting) throws IOException {
        String text = Cgroups.read(file).strip();
        String device = device(setting);
        if (device.isEmpty()) return text;
        return text.lines()
                .filter(line -> line.startsWith(device + " "))
                .findFirst()
                .orElse(
                        setting.value().contains("=")
                                ? device + " rbps=max wbps=max riops=max wiops=max"
                                : device + " 0");
    }

    /** The kernel keeps whole pages of memory. */
    private static boolean isSame(String found, String expected) {
        return found.equals(expected)
                || Dialect.number(expected) > PAGE && Dialect.number(found) / PAGE == Dialect.number(expected) / PAGE;
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

    private static boolean holds(Path file, String value) throws IOException {
        return isSame(Cgroups.read(file).strip(), value);
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
