package org.cloister.agent.sandbox;

import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.cloister.agent.storage.Snapshots;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantState;

/** What tenants were: snapshots of them, taken while they run or do not, and put back. */
public final class History {

    private final Tenants tenants;
    private final Snapshots snapshots;

    public History(Tenants tenants, Snapshots snapshots) {
        this.tenants = tenants;
        this.snapshots = snapshots;
    }

    public List<Reply.Snapshot> list(UUID tenant) throws IOException, Refusal {
        tenants.spec(tenant);
        return snapshots.list(tenant);
    }

    public void take(UUID tenant, UUID id, String note) throws IOException, Refusal {
        tenants.alone(tenant, () -> {
            Slot slot = new Slot(tenants.spec(tenant).slot());
            if (!snapshots.has(tenant, id) && snapshots.list(tenant).size() >= Snapshots.MOST)
                throw new Refusal(
                        Reply.Reason.CONFLICT,
                        "There are " + Snapshots.MOST + " snapshots already, the most there can be. Delete one first.");
            snapshots.take(tenant, slot, id, note);
            return null;
        });
    }

    public TenantState restore(UUID tenant, UUID id, Consumer<Reply.Progress> progress) throws IOException, Refusal {
        return tenants.alone(tenant, () -> {
            Slot slot = new Slot(tenants.spec(tenant).slot());
            if (!snapshots.has(tenant, id)) throw new Refusal(Reply.Reason.UNKNOWN, "There is no such snapshot.");
            return tenants.whileEnded(
                    tenant,
                    () -> {
                        progress.accept(
                                new Reply.Progress("root", 30, "Putting the snapshot in the place of the root"));
                        snapshots.restore(tenant, slot, id);
                        return null;
                    },
                    progress);
        });
    }

    public void remove(UUID tenant, UUID id) throws IOException, Refusal {
        tenants.alone(tenant, () -> {
            tenants.spec(tenant);
            snapshots.remove(tenant, id);
            return null;
        });
    }
}
