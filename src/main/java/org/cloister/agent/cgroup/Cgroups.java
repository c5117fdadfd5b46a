package org.cloister.agent.cgroup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.protocol.Limits;

/** The cgroups of one instance's tenants, by name ({@code ct<slot>}). */
public final class Cgroups {

    private static final String INIT = "init.scope";
    static final String PAYLOAD = "payload";

    private final Dialect dialect;
    private final Path mount;
    private final Path unified;
    private final Map<String, Path> controllers;
    private final List<String> missing;
    private final Bounds bounds;
    private final Cpus cpus;
    private volatile List<String> devices = List.of();

    private Cgroups(Dialect dialect, Path mount, Path unified, Map<String, Path> controllers, List<String> missing) {
        this.dialect = dialect;
        this.mount = mount;
        this.unified = unified;
        this.controllers = controllers;
        this.missing = missing;
        this.bounds = new Bounds(dialect, controllers);
        this.cpus = new Cpus(controllers.get("cpuset"), dialect instanceof Version1);
    }

    /** The interface that the kernel shows. Makes the instance's own cgroup in each hierarchy. */
    public static Cgroups of(String instance) throws IOException {
        CgroupMounts mounts = CgroupMounts.parse(Files.readString(Path.of("/proc/self/mountinfo")));
        if (mounts.unified() == null)
            throw new IOException(
                    "No cgroup v2 tree is mounted; it is what tenants are stopped through. Mount it: mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 none /sys/fs/cgroup/unified");
        Set<String> offered = Set.of(Files.readString(mounts.unified().resolve("cgroup.controllers"))
                .strip()
                .split(" "));
        boolean v1 = mounts.controllers().containsKey("memory")
                || mounts.controllers().containsKey("pids");
        Dialect dialect = v1
                ? new Version1(mounts.controllers().containsKey("memory")
                        && Files.exists(mounts.controllers().get("memory").resolve("memory.memsw.limit_in_bytes")))
                : new Version2();
        Path own = own(mounts.unified(), instance);
        Map<String, Path> controllers = new HashMap<>();
        List<String> missing = new ArrayList<>();
        for (String controller : dialect.controllers()) {
            if (v1 && mounts.controllers().containsKey(controller))
                controllers.put(controller, mounts.controllers().get(controller).resolve(instance));
            else if (!v1 && offered.contains(controller)) controllers.put(controller, own);
            else
                missing.add("This kernel offers no cgroup controller \"" + controller + "\": " + unbound(controller)
                        + " Enable it on the kernel's command line.");
        }
        missing.addAll(dialect.gaps());
        Cgroups cgroups = new Cgroups(dialect, mounts.unified(), own, Map.copyOf(controllers), List.copyOf(missing));
        for (Path tree : cgroups.trees()) Files.createDirectories(tree);
        if (controllers.containsKey("cpuset")) cgroups.cpus.prepare(controllers.get("cpuset"));
        if (!v1) {
            if (!isUnit(own)) enable(mounts.unified(), controllers.keySet());
            enable(own, controllers.keySet());
        }
        return cgroups;
    }

    private static String unbound(String controller) {
        return switch (controller) {
            case "cpu" -> "CPU quota and weight of a plan do not bind.";
            case "cpuacct" -> "CPU time is not shown.";
            case "cpuset" -> "every tenant sees all CPUs of the machine.";
            case "memory" -> "memory and swap limits of a plan do not bind.";
            case "pids" -> "the process limit of a plan does not bind.";
            default -> "I/O rates of a plan do not bind.";
        };
    }

    /**
     * Says which block devices I/O rates are for; they hold from the next change of a tenant's limits on.
     *
     * @param devices the pool's, each as MAJOR:MINOR, whole disks
     */
    public void devices(List<String> devices) {
        this.devices = List.copyOf(devices);
    }

    public String version() {
        return dialect.version();
    }

    /** Limits that will not bind on this machine, one sentence each. */
    public List<String> missing() {
        return missing;
    }

    /** Makes the tenant's cgroups and writes its limits, before anything runs in them. Idempotent. */
    public void create(String name, Limits limits) throws IOException {
        for (Path tree : trees()) make(tree.resolve(name));
        cpus.forget(name);
        bounds.outer(name, limits, devices);
    }

    private void make(Path top) throws IOException {
        for (String leaf : List.of("", INIT, PAYLOAD)) {
            Files.createDirectories(top.resolve(leaf));
            if (top.getParent().equals(controllers.get("cpuset"))) cpus.prepare(top.resolve(leaf));
        }
    }

    /** Brings a tenant under controllers that an older agent did not use, or that the machine did not have. */
    private void adopt(String name) throws IOException {
        for (Path tree : trees()) {
            if (Files.isDirectory(tree.resolve(name).resolve(PAYLOAD))) continue;
            make(tree.resolve(name));
            for (String leaf : List.of(INIT, PAYLOAD))
                for (int round = 0; round < 3; round++) // what is forked meanwhile comes with the next
                for (String pid : Files.readAllLines(
                        unified.resolve(name).resolve(leaf).resolve("cgroup.procs")))
                        move(pid, tree.resolve(name).resolve(leaf));
        }
    }

    private static void move(String pid, Path cgroup) throws IOException {
        try {
            Files.writeString(cgroup.resolve("cgroup.procs"), pid);
        } catch (IOException e) {
            if (Files.exists(Path.of("/proc", pid))) throw e; // else it has ended
        }
    }

    /** Puts a process at the tenant's top, where its cgroup namespace will begin. */
    public void enter(String name, int pid) throws IOException {
        for (Path tree : trees()) Files.writeString(tree.resolve(name).resolve("cgroup.procs"), Integer.toString(pid));
    }

    /** Moves pid 1 from the top into its own leaf, and only then gives payload its limits: v2 wants the top empty. */
    public void settle(String name, int pid, Limits limits) throws IOException {
        for (Path tree : trees())
            Files.writeString(tree.resolve(name).resolve(INIT).resolve("cgroup.procs"), Integer.toString(pid));
        limit(name, limits);
    }

    /**
     * Changes the limits of a tenant that may be running. Memory comes first, for it alone may be refused.
     *
     * @throws InUseException more memory is in use than it shall have; nothing has changed
     */
    public void limit(String name, Limits limits) throws IOException {
        adopt(name);
        if (dialect instanceof Version2) enable(unified.resolve(name), controllers.keySet());
        bounds.all(name, limits, devices);
        cpus.place(name, limits);
    }

    /** Notes what the tenant uses of the CPUs. @return whether it ran since the last time */
    public boolean noteUse(String name) throws IOException {
        return cpus.note(name, dialect.cpuMicros(files(name, "")));
    }

    /** Spreads the tenants over the machine's CPUs by what was noted of their use. */
    public void spread(Map<String, Limits> running) throws IOException {
        cpus.spread(running);
    }

    /** Descriptors through which a process of the tenant's may put itself into payload; the opener's credentials count. */
    public List<Fd> entrances(String name) throws IOException {
        List<Fd> open = new ArrayList<>();
        try {
            for (Path tree : trees())
                open.add(Linux.open(
                        tree.resolve(name)
                                .resolve(PAYLOAD)
                                .resolve("cgroup.procs")
                                .toString(),
                        Linux.O_WRONLY));
            return open;
        } catch (IOException e) {
            open.forEach(Fd::close);
            throw e;
        }
    }

    public void freeze(String name, boolean frozen) throws IOException {
        Files.writeString(unified.resolve(name).resolve("cgroup.freeze"), frozen ? "1" : "0");
    }

    public boolean frozen(String name) throws IOException {
        return read(unified.resolve(name).resolve("cgroup.freeze")).strip().equals("1");
    }

    /** Every process of the tenant, as the host counts. */
    public List<Integer> processes(String name) throws IOException {
        List<Integer> pids = new ArrayList<>();
        for (String leaf : List.of("", INIT, PAYLOAD))
            read(unified.resolve(name).resolve(leaf).resolve("cgroup.procs"))
                    .lines()
                    .map(Integer::valueOf)
                    .forEach(pids::add);
        return pids;
    }

    /** Some of the tenant's processes beside pid 1, as the host counts. Reading all of a fork bomb's would take long. */
    public List<Integer> sample(String name, int most) throws IOException {
        try (Stream<String> lines =
                Files.lines(unified.resolve(name).resolve(PAYLOAD).resolve("cgroup.procs"))) {
            return lines.limit(most).map(Integer::valueOf).toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    public Dialect.Reading measure(String name) throws IOException {
        return dialect.measure(files(name, ""), files(name, PAYLOAD), devices);
    }

    private Dialect.Files files(String name, String leaf) {
        return (controller, file) -> controllers.containsKey(controller)
                ? read(controllers.get(controller).resolve(name).resolve(leaf).resolve(file))
                : "";
    }

    /** What the tenant's payload uses, in detail. */
    public Figures figures(String name) throws IOException {
        Dialect.Files files = (controller, file) -> controllers.containsKey(controller)
                ? read(controllers
                        .get(controller)
                        .resolve(name)
                        .resolve(PAYLOAD)
                        .resolve(file))
                : "";
        return dialect instanceof Version2 ? Figures.version2(files) : Figures.version1(files);
    }

    /** Some threads of the tenant's payload, as the host counts; no more are read, however many there are. */
    public List<Integer> threads(String name, int most) throws IOException {
        Path file = unified.resolve(name).resolve(PAYLOAD).resolve("cgroup.threads");
        try (Stream<String> lines = Files.lines(file)) {
            return lines.limit(most).map(Integer::valueOf).toList();
        } catch (NoSuchFileException | UncheckedIOException e) { // it has just been removed
            return List.of();
        }
    }

    /**
     * Where a tenant's cgroup lies in each hierarchy that is used.
     *
     * @return as /proc/PID/cgroup writes it: a controller, "" for the unified tree, to the path
     */
    public Map<String, String> paths(String name) {
        Map<String, String> paths = new HashMap<>();
        paths.put("", "/" + mount.relativize(unified).resolve(name));
        if (dialect instanceof Version1)
            controllers.forEach((controller, tree) -> paths.put(controller, "/" + tree.getFileName() + "/" + name));
        return paths;
    }

    /** Limits of a running tenant that the kernel has otherwise. */
    public List<Stray> strays(String name, Limits limits) throws IOException {
        return bounds.strays(name, limits, devices);
    }

    /** Names of every tenant's cgroup that is there. */
    public Set<String> names() throws IOException {
        Set<String> names = new LinkedHashSet<>();
        for (Path tree : trees()) {
            if (!Files.isDirectory(tree)) continue;
            try (DirectoryStream<Path> children = Files.newDirectoryStream(tree, "ct*")) {
                children.forEach(child -> names.add(child.getFileName().toString()));
            }
        }
        return names;
    }

    /** Kills every process of the tenant, frozen or not, and removes its cgroups. Asks nobody inside. Idempotent. */
    public void destroy(String name) throws IOException {
        Path top = unified.resolve(name);
        if (Files.isDirectory(top)) {
            Files.writeString(top.resolve("cgroup.kill"), "1");
            awaitEmpty(top);
        }
        for (Path tree : trees()) removeTree(tree.resolve(name));
    }

    /** Removes the instance's own cgroups; no tenant may be left. The unit's is systemd's to remove. */
    public void remove() throws IOException {
        for (Path tree : trees()) if (!isUnit(tree)) removeTree(tree);
    }

    /** Under systemd the tree is its own, but for what it delegates to a unit (CGROUP_DELEGATION.md, "Two Key Design Rules"). */
    static Path own(Path unified, String instance) {
        Path unit = unified.resolve(instance + ".slice").resolve(instance + "-tenants.service");
        return Files.isDirectory(unit) ? unit : unified.resolve(instance);
    }

    private static boolean isUnit(Path tree) {
        return tree.toString().endsWith(".service");
    }

    private Set<Path> trees() {
        Set<Path> trees = new LinkedHashSet<>(controllers.values());
        trees.add(unified);
        return trees;
    }

    private static void enable(Path cgroup, Set<String> controllers) throws IOException {
        for (String controller : controllers)
            Files.writeString(cgroup.resolve("cgroup.subtree_control"), "+" + controller);
    }

    private static void awaitEmpty(Path cgroup) throws IOException {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (KeyedFile.parse(read(cgroup.resolve("cgroup.events"))).getOrDefault("populated", 0L) != 0) {
            if (System.nanoTime() > deadline)
                throw new IOException("processes in " + cgroup
                        + " do not end although they were killed; they wait in the kernel (see /proc/PID/stack)");
            pause();
        }
    }

    /** Removes a cgroup and those below it. A cgroup stays busy for a moment after its last process was reaped. */
    private static void removeTree(Path cgroup) throws IOException {
        if (!Files.isDirectory(cgroup)) return;
        try (DirectoryStream<Path> children = Files.newDirectoryStream(cgroup, Files::isDirectory)) {
            for (Path child : children) removeTree(child);
        }
        for (int attempt = 0; ; attempt++) {
            try {
                Files.deleteIfExists(cgroup);
                return;
            } catch (IOException e) {
                if (attempt == 500) throw new IOException("cannot remove " + cgroup + ": " + e.getMessage(), e);
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(2);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static String read(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("No such device")) return ""; // removed while it was read
            throw e;
        }
    }
}
