package org.cloister.agent.fact;

import java.util.Map;
import org.cloister.agent.sandbox.ProcFiles;
import org.cloister.agent.sandbox.Tenants.Living;
import org.cloister.protocol.TenantSpec.Profile;

/** namespaces(7). A tenant whose plan allows nesting makes more of its own; they must be nobody else's. */
final class NamespacesFact implements Fact {

    @Override
    public String name() {
        return "namespaces";
    }

    @Override
    public String says() {
        return "Every process of a tenant lives in the same eight namespaces, and nobody else lives in any of them.";
    }

    @Override
    public long look(Moment moment, Findings findings) {
        long looked = 0;
        for (Living tenant : moment.tenants()) {
            Map<String, Long> own = moment.of(tenant);
            if (own.isEmpty()) continue;
            first(moment, tenant, own, findings);
            for (Seen process : moment.touching(tenant)) {
                looked++;
                process(moment, tenant, own, process, findings);
            }
        }
        return looked;
    }

    private static void first(Moment moment, Living tenant, Map<String, Long> own, Findings findings) {
        String name = tenant.spec().name();
        for (String kind : ProcFiles.NAMESPACES) {
            Long inode = own.get(kind);
            if (inode != null && inode.equals(moment.host().get(kind)))
                findings.add(name, kind + " namespace", "one of its own", "the host's");
            for (Living other : moment.owners(kind, inode))
                if (!other.equals(tenant))
                    findings.add(
                            name,
                            kind + " namespace",
                            "one of its own",
                            other.spec().name() + "'s");
        }
    }

    private static void process(Moment moment, Living tenant, Map<String, Long> own, Seen process, Findings findings) {
        boolean nesting = tenant.spec().profile() == Profile.NESTING;
        for (String kind : ProcFiles.NAMESPACES) {
            Long inode = process.namespaces().get(kind);
            if (own.get(kind).equals(inode)) continue;
            String owner = moment.owner(kind, inode);
            if (nesting && owner.startsWith("one that is no tenant's")) continue;
            findings.add(tenant.spec().name(), kind + " namespace of " + process.words(), "the tenant's own", owner);
        }
    }
}
