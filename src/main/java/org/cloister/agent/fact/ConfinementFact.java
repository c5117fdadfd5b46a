package org.cloister.agent.fact;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.cloister.agent.sandbox.Tenants;
import org.cloister.agent.sandbox.Tenants.Living;

/** capabilities(7), seccomp(2), and that pid 1 tells its tenant nothing (PR_SET_DUMPABLE, prctl(2)). */
final class ConfinementFact implements Fact {

    private static final List<String> SETS = List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb");

    @Override
    public String name() {
        return "confinement";
    }

    @Override
    public String says() {
        return "Every process of a tenant runs under a system call filter and holds none but the fourteen capabilities;"
                + " its pid 1 can be neither traced nor read.";
    }

    @Override
    public long look(Moment moment, Findings findings) throws IOException {
        long looked = 0;
        for (Living tenant : moment.tenants()) {
            String name = tenant.spec().name();
            Map<String, Long> own = moment.of(tenant);
            for (Seen process : moment.touching(tenant)) {
                looked++;
                findings.unlessEqual(
                        name,
                        "system call filter of " + process.words(),
                        "2",
                        process.status().get("Seccomp"));
                // In a user namespace of its own making, a process holds every capability over that one alone.
                if (!own.getOrDefault("user", 0L).equals(process.namespaces().get("user"))
                        && moment.owner("user", process.namespaces().get("user"))
                                .startsWith("one that is no tenant's")) continue;
                for (String set : SETS) {
                    long more = process.capabilities(set) & ~Tenants.CAPABILITIES;
                    if (more != 0)
                        findings.add(
                                name,
                                set + " of " + process.words(),
                                "nothing beyond " + Long.toHexString(Tenants.CAPABILITIES),
                                Long.toHexString(process.capabilities(set)));
                }
            }
            opaque(tenant, findings);
        }
        return looked;
    }

    /** Files of a process that is not dumpable belong to the machine's root (proc(5)). */
    private static void opaque(Living tenant, Findings findings) throws IOException {
        try {
            Object owner = Files.getAttribute(Path.of("/proc", Integer.toString(tenant.pid()), "environ"), "unix:uid");
            findings.unlessEqual(tenant.spec().name(), "owner of /proc/PID/environ of pid 1", 0, owner);
        } catch (NoSuchFileException e) {
            // it has just ended
        }
    }
}
