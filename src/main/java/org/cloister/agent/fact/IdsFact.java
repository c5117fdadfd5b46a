package org.cloister.agent.fact;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.cloister.agent.sandbox.ProcFiles;
import org.cloister.agent.sandbox.Tenants.Living;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec.Profile;

/** user_namespaces(7): which ids of the machine a tenant has. */
final class IdsFact implements Fact {

    @Override
    public String name() {
        return "ids";
    }

    @Override
    public String says() {
        return "A tenant's ids are mapped to a range of the machine's that is its own, and its processes run under no other.";
    }

    @Override
    public long look(Moment moment, Findings findings) throws IOException {
        long looked = 0;
        for (Living tenant : moment.tenants()) {
            Slot slot = new Slot(tenant.spec().slot());
            String map = "0 " + slot.firstUid() + " " + Slot.IDS;
            for (String file : List.of("uid_map", "gid_map")) {
                List<String> found = ProcFiles.lines(tenant.pid(), file);
                if (!found.isEmpty() && !found.equals(List.of(map)))
                    findings.add(tenant.spec().name(), file, map, String.join("; ", found));
            }
            for (Seen process : moment.touching(tenant)) {
                looked++;
                Stream.concat(process.uids().stream(), process.gids().stream())
                        .filter(id -> !Moment.isIn(slot, id))
                        .findFirst()
                        .ifPresent(id -> findings.add(
                                tenant.spec().name(),
                                "ids of " + process.words(),
                                slot.firstUid() + " to " + (slot.firstUid() + Slot.IDS - 1),
                                id));
            }
        }
        return looked + others(moment, findings);
    }

    /** No user namespace that is not the tenant's maps any of its ids. */
    private static long others(Moment moment, Findings findings) throws IOException {
        Map<Long, Seen> first = new HashMap<>();
        for (Seen process : moment.processes()) {
            Long user = process.namespaces().get("user");
            if (user != null && !user.equals(moment.host().get("user"))) first.putIfAbsent(user, process);
        }
        for (var each : first.entrySet()) {
            Seen process = each.getValue();
            for (String file : List.of("uid_map", "gid_map"))
                for (String line : ProcFiles.lines(process.pid(), file))
                    for (Living tenant : overlapping(line, moment)) {
                        if (each.getKey().equals(moment.of(tenant).get("user"))) continue;
                        Slot slot = new Slot(tenant.spec().slot());
                        boolean nested = tenant.spec().profile() == Profile.NESTING
                                && process.uids().stream().allMatch(uid -> Moment.isIn(slot, uid));
                        if (!nested)
                            findings.add(
                                    tenant.spec().name(),
                                    file + " of the user namespace of " + process.words(),
                                    "none of the tenant's ids",
                                    line);
                    }
        }
        return first.size();
    }

    /** Whose ids are among those of a line of a map. */
    private static List<Living> overlapping(String line, Moment moment) {
        String[] words = line.split(" ");
        long first = Long.parseLong(words[1]);
        long end = first + Long.parseLong(words[2]);
        return moment.tenants().stream()
                .filter(tenant -> {
                    long own = new Slot(tenant.spec().slot()).firstUid();
                    return first < own + Slot.IDS && end > own;
                })
                .toList();
    }
}
