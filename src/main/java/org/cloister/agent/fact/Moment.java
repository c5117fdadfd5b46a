package org.cloister.agent.fact;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.cloister.agent.sandbox.ProcFiles;
import org.cloister.agent.sandbox.Tenants;
import org.cloister.agent.sandbox.Tenants.Living;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;

/**
 * The machine at one moment: every process there is, and the tenants that run.
 *
 * @param tenants those that are audited
 * @param all every tenant that runs, audited or not: what belongs to one belongs to no other
 * @param slots every tenant that is remembered, running or not, by its slot
 * @param host the namespaces of the machine itself
 */
record Moment(
        List<Living> tenants,
        List<Living> all,
        Map<Integer, TenantSpec> slots,
        List<Seen> processes,
        Map<String, Long> host,
        Map<Integer, Map<String, Long>> namespaces) {

    static Moment look(Tenants tenants, Collection<UUID> chosen) throws IOException {
        List<Living> all = tenants.living();
        Map<Integer, TenantSpec> slots = new HashMap<>();
        for (TenantSpec spec : tenants.specs()) slots.put(spec.slot(), spec);
        List<Seen> processes = new ArrayList<>();
        try (DirectoryStream<Path> numbers = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path number : numbers)
                Seen.read(Integer.parseInt(number.getFileName().toString())).ifPresent(processes::add);
        }
        Map<Integer, Map<String, Long>> namespaces = new HashMap<>();
        for (Seen process : processes)
            for (Living tenant : all)
                if (tenant.pid() == process.pid()) namespaces.put(tenant.spec().slot(), process.namespaces());
        return new Moment(
                all.stream().filter(t -> chosen.contains(t.spec().id())).toList(),
                all,
                slots,
                List.copyOf(processes),
                ProcFiles.namespaces((int) ProcessHandle.current().pid()),
                namespaces);
    }

    /** Whoever has this namespace: a tenant, the host, or somebody who is none of them. */
    String owner(String kind, Long inode) {
        if (inode == null) return "one that the kernel does not tell";
        if (inode.equals(host.get(kind))) return "the host's";
        for (Living tenant : all)
            if (inode.equals(of(tenant).get(kind))) return tenant.spec().name() + "'s";
        return "one that is no tenant's (" + kind + ":[" + inode + "])";
    }

    /** The namespaces of a tenant's pid 1; empty where it has just ended. */
    Map<String, Long> of(Living tenant) {
        return namespaces.getOrDefault(tenant.spec().slot(), Map.of());
    }

    /** Processes that have anything of the tenant's: a namespace, an id of its range, its cgroup. */
    List<Seen> touching(Living tenant) {
        Map<String, Long> own = of(tenant);
        Slot slot = new Slot(tenant.spec().slot());
        List<Seen> touching = new ArrayList<>();
        for (Seen process : processes)
            if (process.namespaces().entrySet().stream()
                            .anyMatch(each -> each.getValue().equals(own.get(each.getKey())))
                    || process.uids().stream().anyMatch(uid -> isIn(slot, uid))
                    || process.cgroups().values().stream()
                            .anyMatch(path -> (path + "/").contains("/" + slot.cgroup() + "/"))) touching.add(process);
        return touching;
    }

    static boolean isIn(Slot slot, long id) {
        return id >= slot.firstUid() && id < slot.firstUid() + Slot.IDS;
    }
}
