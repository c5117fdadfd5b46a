package org.cloister.agent.proof;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cloister.agent.sandbox.ProcFiles;
import org.cloister.protocol.Inspection;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;

/** What the kernel shows from outside, whatever was configured. */
final class Facts {

    /** Something that is not as it must be. */
    record Finding(String tenant, String check, String expected, String found) {}

    private final Map<String, Map<Long, String>> seen = new HashMap<>();
    private final List<Finding> findings = new ArrayList<>();

    Facts() throws IOException {
        ProcFiles.namespaces((int) ProcessHandle.current().pid())
                .forEach((kind, inode) ->
                        seen.computeIfAbsent(kind, k -> new HashMap<>()).put(inode, "the host"));
    }

    /** Every process of a tenant lives in the same eight namespaces, which nobody else has, and under its own ids. */
    void check(TenantSpec spec, Inspection inspection) throws IOException {
        String tenant = spec.name();
        inspection.namespaces().forEach((kind, inode) -> {
            String owner = seen.computeIfAbsent(kind, k -> new HashMap<>()).putIfAbsent(inode, tenant);
            if (owner != null)
                findings.add(new Finding(tenant, kind + " namespace", "one of its own", "that of " + owner));
        });
        for (Inspection.Process process : inspection.processes()) {
            Map<String, Long> own = ProcFiles.namespaces(process.pid());
            if (!own.isEmpty() && !own.equals(inspection.namespaces()))
                findings.add(new Finding(
                        tenant,
                        "namespaces of pid " + process.pid(),
                        inspection.namespaces().toString(),
                        own.toString()));
        }
        Slot slot = new Slot(spec.slot());
        String map = "0 " + slot.firstUid() + " " + Slot.IDS;
        for (var maps : Map.of("uid_map", inspection.uidMap(), "gid_map", inspection.gidMap())
                .entrySet())
            if (!maps.getValue().equals(List.of(map)))
                findings.add(new Finding(tenant, maps.getKey(), map, String.join("; ", maps.getValue())));
    }

    List<Finding> findings() {
        return List.copyOf(findings);
    }
}
