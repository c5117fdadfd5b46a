package org.cloister.agent.fact;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.cloister.agent.sandbox.MountLine;
import org.cloister.agent.sandbox.ProcFiles;
import org.cloister.agent.sandbox.Tenants;
import org.cloister.agent.sandbox.Tenants.Living;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;

/** The machine at one moment: every process there is, and the tenants that run. */
final class Moment {

    private static final Pattern CGROUP = Pattern.compile("ct[0-9]{1,9}");

    private final List<Living> tenants;
    private final List<Living> all;
    private final Map<Integer, TenantSpec> slots;
    private final List<Seen> processes;
    private final Map<String, Long> host;
    private final Map<Integer, Map<String, Long>> namespaces = new HashMap<>();
    private final Map<String, Map<Long, List<Living>>> owners = new HashMap<>();
    private final Map<Integer, List<Seen>> touching = new HashMap<>();
    private final Map<Integer, List<MountLine>> mounts = new ConcurrentHashMap<>();

    private Moment(
            List<Living> all,
            Collection<UUID> chosen,
            Map<Integer, TenantSpec> slots,
            List<Seen> processes,
            Map<String, Long> host) {
        this.all = all;
        this.tenants = all.stream().filter(t -> chosen.contains(t.spec().id())).toList();
        this.slots = slots;
        this.processes = processes;
        this.host = host;
        Map<Integer, Seen> numbered = new HashMap<>();
        for (Seen process : processes) numbered.put(process.pid(), process);
        for (Living tenant : all) {
            Seen first = numbered.get(tenant.pid());
            if (first == null) continue;
            namespaces.put(tenant.spec().slot(), first.namespaces());
            first.namespaces()
                    .forEach((kind, inode) -> owners.computeIfAbsent(kind, k -> new HashMap<>())
                            .computeIfAbsent(inode, i -> new ArrayList<>())
                            .add(tenant));
        }
        for (Seen process : processes)
            for (int slot : touched(process))
                touching.computeIfAbsent(slot, s -> new ArrayList<>()).add(process);
    }

    static Moment look(Tenants tenants, Collection<UUID> chosen) throws IOException {
        List<Living> all = tenants.living();
        Map<Integer, TenantSpec> slots = new HashMap<>();
        for (TenantSpec spec : tenants.specs()) slots.put(spec.slot(), spec);
        Map<String, Long> host =
                ProcFiles.namespaces((int) ProcessHandle.current().pid());
        return new Moment(all, Set.copyOf(chosen), slots, everyProcess(), host);
    }

    /** On all processors: nothing else takes as long of a look. */
    private static List<Seen> everyProcess() throws IOException {
        List<Integer> pids = new ArrayList<>();
        try (DirectoryStream<Path> numbers = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path number : numbers)
                pids.add(Integer.parseInt(number.getFileName().toString()));
        }
        try {
            return pids.parallelStream()
                    .map(Moment::process)
                    .flatMap(Optional::stream)
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static Optional<Seen> process(int pid) {
        try {
            return Seen.read(pid);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those that are audited. */
    List<Living> tenants() {
        return tenants;
    }

    /** Every tenant that runs, audited or not: what belongs to one belongs to no other. */
    List<Living> all() {
        return all;
    }

    /** Every tenant that is remembered, running or not, by its slot. */
    Map<Integer, TenantSpec> slots() {
        return slots;
    }

    List<Seen> processes() {
        return processes;
    }

    /** The namespaces of the machine itself. */
    Map<String, Long> host() {
        return host;
    }

    /** The tenants whose own this namespace is: one, or none where it is another's. */
    List<Living> owners(String kind, Long inode) {
        return owners.getOrDefault(kind, Map.of()).getOrDefault(inode, List.of());
    }

    /** Whoever has this namespace: a tenant, the host, or somebody who is none of them. */
    String owner(String kind, Long inode) {
        if (inode == null) return "one that the kernel does not tell";
        if (inode.equals(host.get(kind))) return "the host's";
        List<Living> own = owners(kind, inode);
        if (!own.isEmpty()) return own.getFirst().spec().name() + "'s";
        return "one that is no tenant's (" + kind + ":[" + inode + "])";
    }

    /** The namespaces of a tenant's pid 1; empty where it has just ended. */
    Map<String, Long> of(Living tenant) {
        return namespaces.getOrDefault(tenant.spec().slot(), Map.of());
    }

    /** Processes that have anything of the tenant's: a namespace, an id of its range, its cgroup. */
    List<Seen> touching(Living tenant) {
        return touching.getOrDefault(tenant.spec().slot(), List.of());
    }

    /** What a process sees mounted, read once; empty where it has ended. */
    List<MountLine> mounts(int pid) throws IOException {
        List<MountLine> known = mounts.get(pid);
        if (known != null) return known;
        List<MountLine> read = List.copyOf(MountLine.of(pid));
        mounts.put(pid, read);
        return read;
    }

    /** The slots of those whom a process has anything of. */
    private Set<Integer> touched(Seen process) {
        Set<Integer> touched = new HashSet<>();
        process.namespaces().forEach((kind, inode) -> {
            for (Living owner : owners(kind, inode)) touched.add(owner.spec().slot());
        });
        for (long uid : process.uids()) if (uid >= Slot.FIRST_UID) touched.add(slot(uid));
        for (String path : process.cgroups().values())
            for (String name : path.split("/"))
                if (CGROUP.matcher(name).matches()) touched.add(Integer.parseInt(name.substring(2)));
        return touched;
    }

    /** Whose ids this one is among; it may be nobody's. */
    static int slot(long id) {
        return (int) ((id - Slot.FIRST_UID) / Slot.IDS);
    }

    static boolean isIn(Slot slot, long id) {
        return id >= slot.firstUid() && id < slot.firstUid() + Slot.IDS;
    }
}
