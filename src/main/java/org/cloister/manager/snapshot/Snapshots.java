package org.cloister.manager.snapshot;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.operation.Operation;
import org.cloister.manager.operation.OperationView;
import org.cloister.manager.operation.Operations;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.tenant.Tenant;
import org.cloister.manager.tenant.TenantChanged;
import org.cloister.manager.tenant.Tenants;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Request;
import org.jboss.logging.Logger;

/** Takes, restores and deletes snapshots. Each returns at once; the operation's subject is the snapshot's id. */
@ApplicationScoped
public class Snapshots {

    private static final Logger LOG = Logger.getLogger(Snapshots.class);

    @Inject
    AgentClient agent;

    @Inject
    Tenants tenants;

    @Inject
    Operations operations;

    @Inject
    EventLog events;

    @Inject
    Event<TenantChanged> changed;

    private final ExecutorService workers = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("snapshot-", 0).factory());

    /**
     * The oldest first.
     *
     * @throws Refusal the agent does not answer
     */
    public List<Reply.Snapshot> of(Tenant tenant) {
        if (tenant.state == Tenant.State.CREATING) return List.of();
        try {
            return agent.ask(new Request.Snapshots(tenant.id)).snapshots();
        } catch (AgentException e) {
            if (e.reason() == Reply.Reason.UNKNOWN) return List.of(); // its creation failed: nothing is stored of it
            throw Refusal.of(e);
        }
    }

    /** @throws Refusal the tenant has none of that id */
    public Reply.Snapshot get(Tenant tenant, UUID id) {
        return of(tenant).stream()
                .filter(snapshot -> snapshot.id().equals(id))
                .findFirst()
                .orElseThrow(() -> Refusal.unknown(tenant.name + " has no snapshot of that id."));
    }

    /** @param note null for none */
    public OperationView take(String actor, String name, String note) {
        String text = note == null ? "" : note.strip();
        if (!Request.TakeSnapshot.NOTE.matcher(text).matches())
            throw Refusal.invalid("note", "A note is one line of plain text, 100 characters at most.");
        Tenant tenant = settled(name);
        UUID id = UUID.randomUUID();
        return begin(
                "snapshot.take",
                tenant,
                id,
                operation ->
                        agent.ask(new Request.TakeSnapshot(tenant.id, id, text), operations.progress(operation, 0, 99)),
                actor,
                "snapshot.taken",
                "A snapshot of " + name + " was taken" + (text.isEmpty() ? "." : ": " + text));
    }

    public OperationView restore(String actor, String name, UUID id) {
        Tenant tenant = settled(name);
        Reply.Snapshot snapshot = get(tenant, id);
        return begin(
                "snapshot.restore",
                tenant,
                id,
                operation -> {
                    agent.ask(new Request.RestoreSnapshot(tenant.id, id), operations.progress(operation, 0, 99));
                    QuarkusTransaction.requiringNew().run(() -> changed.fire(new TenantChanged(tenant.id)));
                },
                actor,
                "snapshot.restored",
                name + " was set back to its snapshot of " + snapshot.takenAt() + ".");
    }

    public OperationView remove(String actor, String name, UUID id) {
        Tenant tenant = settled(name);
        Reply.Snapshot snapshot = get(tenant, id);
        return begin(
                "snapshot.delete",
                tenant,
                id,
                operation -> agent.ask(new Request.RemoveSnapshot(tenant.id, id)),
                actor,
                "snapshot.deleted",
                "The snapshot of " + name + " of " + snapshot.takenAt() + " was deleted.");
    }

    /** What a stopped manager left behind is not done twice: a second restore would erase what came after the first. */
    void abandon(@Observes StartupEvent start) {
        for (Operation operation : operations.unfinished())
            if (operation.kind.startsWith("snapshot."))
                operations.fail(
                        operation.id,
                        Reply.Reason.FAULT,
                        "The manager was restarted in the middle of it. The tenant's snapshots and its events show whether it was done.");
    }

    private interface Work {
        void run(UUID operation) throws AgentException;
    }

    private OperationView begin(
            String kind, Tenant tenant, UUID snapshot, Work work, String actor, String event, String sentence) {
        Operation operation = QuarkusTransaction.requiringNew()
                .call(() ->
                        operations.open(kind, tenant.id, tenant.name, snapshot.toString(), "Waiting for the agent."));
        workers.execute(() -> {
            try {
                work.run(operation.id);
                events.record(actor, event, tenant.name, sentence);
                operations.succeed(operation.id, null, sentence);
            } catch (AgentException e) {
                events.record(actor, "snapshot.failed", tenant.name, e.getMessage());
                operations.fail(operation.id, e);
            } catch (RuntimeException e) { // the database went away meanwhile: nobody shall wait for ever
                LOG.errorf(e, "the work on a snapshot of %s broke off", tenant.name);
                operations.fail(
                        operation.id,
                        Reply.Reason.FAULT,
                        "Something went wrong in the manager itself; its log says what.");
            }
        });
        return OperationView.of(operation);
    }

    private Tenant settled(String name) {
        Tenant tenant = tenants.get(name);
        if (tenant.state == Tenant.State.CREATING || tenant.state == Tenant.State.DELETING)
            throw Refusal.conflict(
                    null, name + " is " + tenant.state.word() + ". Its snapshots cannot be changed now.");
        return tenant;
    }

    @PreDestroy
    void stop() {
        workers.shutdownNow();
    }
}
