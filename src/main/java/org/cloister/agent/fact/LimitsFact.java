package org.cloister.agent.fact;

import java.io.IOException;
import org.cloister.agent.cgroup.Cgroups;
import org.cloister.agent.cgroup.Stray;
import org.cloister.agent.sandbox.MountLine;
import org.cloister.agent.sandbox.Tenants.Living;
import org.cloister.agent.storage.Pool;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Slot;

/** What a tenant may use, read back from where it binds. The network's rates are read with its rules. */
final class LimitsFact implements Fact {

    private final Cgroups cgroups;
    private final Pool pool;

    LimitsFact(Cgroups cgroups, Pool pool) {
        this.cgroups = cgroups;
        this.pool = pool;
    }

    @Override
    public String name() {
        return "limits";
    }

    @Override
    public String says() {
        return "Every limit of a tenant's plan is the one that the kernel has: processor, memory, processes, terminals, disk and its rates.";
    }

    @Override
    public long look(Moment moment, Findings findings) throws IOException {
        String fault = pool.missing().isEmpty() ? pool.quotaFault() : null; // what this machine lacks is told elsewhere
        if (fault != null) findings.add(Finding.HOST, "accounting of the pool", "simple quotas, consistent", fault);
        for (Living tenant : moment.tenants()) {
            Slot slot = new Slot(tenant.spec().slot());
            for (Stray stray : cgroups.strays(slot.cgroup(), tenant.spec().limits()))
                findings.add(tenant.spec().name(), stray.file(), stray.expected(), stray.found());
            for (MountLine line : moment.mounts(tenant.pid()))
                if (line.type().equals("devpts"))
                    findings.unlessEqual(
                            tenant.spec().name(),
                            "terminals at most",
                            "max=" + tenant.spec().limits().of(Limit.TERMINALS),
                            line.option("max"));
            if (pool.missing().isEmpty())
                findings.unlessEqual(
                        tenant.spec().name(),
                        "bytes of disk at most (-1: no limit)",
                        tenant.spec().limits().of(Limit.DISK),
                        pool.limitBytes(slot));
        }
        return moment.tenants().size();
    }
}
