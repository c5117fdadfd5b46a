package org.cloister.manager.tenant;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.persistence.LockModeType;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.operation.Operation;
import org.cloister.manager.operation.Operations;
import org.cloister.manager.record.Records;
import org.cloister.manager.template.Templates;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Request;
import org.cloister.protocol.TenantSpec;
import org.cloister.protocol.TenantState;
import org.jboss.logging.Logger;

/**
 * Makes the agent agree with the database, one tenant at a time in its own lane.
 *
 * <p>A run sends whatever is stored when it begins, so runs may be lost, doubled or in any order: the last one decides.
 * A failed creation leaves the tenant as failed, with the agent's sentence; starting it tries again, deleting it frees
 * its slot. Where the agent does not answer, the state stays what it was and the sweep tries again.
 */
@ApplicationScoped
public class Reconciliation {

    private static final Logger LOG = Logger.getLogger(Reconciliation.class);

    /** Tenants that are worked on side by side: some wait for a template to be built. The agent has place for 256 requests. */
    private static final int AT_ONCE = 64;

    private static final Duration FIRST_RETRY = Duration.ofSeconds(30);
    private static final Duration LAST_RETRY = Duration.ofMinutes(10);

    @Inject
    AgentClient agent;

    @Inject
    Templates templates;

    @Inject
    Operations operations;

    @Inject
    Records records;

    @Inject
    EventLog events;

    @Inject
    Event<AccessChanged> accessChanged;

    @Inject
    Event<TenantChanged> changed;

    private final Map<UUID, Retry> retries = new ConcurrentHashMap<>();

    private final ExecutorService workers = workers("tenant-");

    /** Whoever is to be stopped, frozen or deleted does not wait until templates of others are built. */
    private final ExecutorService enders = workers("tenant-end-");

    private final Lanes lanes = new Lanes();

    /** Platform threads: a wait in the socket's native code would pin a virtual one. */
    private static ExecutorService workers(String name) {
        return Executors.newFixedThreadPool(
                AT_ONCE, Thread.ofPlatform().daemon().name(name, 0).factory());
    }

    /** When to try again what the agent could not do, twice as late each time. */
    private record Retry(Instant at, Duration pause) {}

    void enqueue(Operation operation) {
        enqueue(operation.tenantId, operation.id, Operations.takesAway(operation.kind) ? enders : workers);
    }

    /** Takes up what a stopped manager left behind. */
    void resume(@Observes StartupEvent start) {
        for (Operation operation : operations.unfinished())
            if (operation.kind.startsWith("tenant.")) enqueue(operation);
    }

    /** Compares what should be with what the agent sees. */
    @Scheduled(every = "30s", delayed = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void sweep() {
        Map<UUID, TenantState> seen = new HashMap<>();
        try {
            for (TenantState state : agent.ask(new Request.States()).states()) seen.put(state.id(), state);
        } catch (AgentException e) {
            LOG.warn(e.getMessage());
            return;
        }
        List<Tenant> tenants = QuarkusTransaction.requiringNew().call(Tenant::all);
        for (Tenant tenant : tenants) {
            if (!lanes.isBusy(tenant.id) && differs(tenant, seen.get(tenant.id))) enqueue(tenant.id, null, workers);
        }
    }

    /** Whether the agent has to be asked; what only has to be written down is written here. */
    private boolean differs(Tenant tenant, TenantState seen) {
        switch (tenant.state) {
            case DELETING, CREATING, STARTING, STOPPING -> {
                return due(tenant.id);
            }
            default -> {}
        }
        // A creation that failed waits for a person: nothing of it is at the agent.
        if (seen == null) return tenant.state != Tenant.State.FAILED && due(tenant.id);
        boolean agrees = tenant.failure == null
                && switch (tenant.desired) {
                    case RUNNING -> seen.state() == TenantState.State.RUNNING;
                    case FROZEN -> seen.state() == TenantState.State.FROZEN;
                    case STOPPED -> seen.state() == TenantState.State.STOPPED;
                };
        if (agrees && tenant.state == word(seen)) return false;
        if (agrees) {
            store(tenant.spec(), word(seen), null);
            return false;
        }
        return due(tenant.id);
    }

    private boolean due(UUID tenant) {
        Retry retry = retries.get(tenant);
        return retry == null || !Instant.now().isBefore(retry.at());
    }

    private void run(UUID id, UUID operation) {
        Tenant tenant = QuarkusTransaction.requiringNew().call(() -> Tenant.findById(id));
        if (tenant == null) {
            if (operation != null) operations.succeed(operation, null, "It is gone.");
            return;
        }
        TenantSpec spec = tenant.spec();
        try {
            if (tenant.state == Tenant.State.DELETING) remove(tenant, operation);
            else apply(tenant, spec, operation);
            retries.remove(id);
        } catch (AgentException e) {
            // An agent that does not answer is asked again at the next sweep; one that failed gets time.
            boolean unreachable = e.getCause() instanceof IOException;
            if (!unreachable) retries.compute(id, (same, last) -> later(last));
            Tenant.State state =
                    unreachable || tenant.state == Tenant.State.DELETING ? tenant.state : Tenant.State.FAILED;
            boolean news = store(spec, state, e.getMessage());
            if (news) events.record("cloister", "tenant.failed", tenant.name, e.getMessage());
            if (operation != null) operations.fail(operation, e);
        }
    }

    private void apply(Tenant tenant, TenantSpec spec, UUID operation) throws AgentException {
        if (operation != null)
            operations.advance(operation, "template", 0, "Looking for the template " + spec.template() + ".");
        // A build takes minutes, the rest milliseconds: the bar belongs to the build where there is one.
        int[] built = {0};
        templates.ensure(spec.template(), told -> {
            built[0] = 90;
            tell(operation, 0, 90).accept(new Reply.Progress("template", told.percent(), told.message()));
        });
        TenantState seen = agent.ask(new Request.Apply(spec), tell(operation, built[0], 100))
                .state();
        store(spec, word(seen), seen.failure());
        if (seen.state() == TenantState.State.FAILED)
            throw new AgentException(
                    Reply.Reason.FAULT, seen.failure() == null ? tenant.name + " did not start." : seen.failure());
        if (operation == null) return;
        // It runs, but not as it should; the sweep tries again.
        if (seen.failure() != null) operations.fail(operation, Reply.Reason.CONFLICT, seen.failure());
        else
            operations.succeed(
                    operation, null, tenant.name + " is " + word(seen).word() + ".");
    }

    private void remove(Tenant tenant, UUID operation) throws AgentException {
        if (operation != null)
            operations.advance(operation, "remove", 10, "Stopping and scrubbing " + tenant.name + ".");
        agent.ask(new Request.Remove(tenant.id), tell(operation, 10, 99));
        records.take();
        QuarkusTransaction.requiringNew().run(() -> {
            Tenant.deleteById(tenant.id);
            accessChanged.fire(new AccessChanged());
            events.record("cloister", "tenant.deleted", tenant.name, tenant.name + " is gone, and its slot is free.");
        });
        if (operation != null) operations.succeed(operation, null, tenant.name + " is gone.");
    }

    private Consumer<Reply.Progress> tell(UUID operation, int from, int to) {
        return operation == null ? told -> {} : operations.progress(operation, from, to);
    }

    /**
     * Stores what was seen, unless somebody wished for something else in the meantime: then the run that follows says.
     *
     * @return whether that is another state or another failure than before
     */
    private boolean store(TenantSpec applied, Tenant.State state, String failure) {
        return QuarkusTransaction.requiringNew().call(() -> {
            Tenant tenant = Tenant.findById(applied.id(), LockModeType.PESSIMISTIC_WRITE);
            if (tenant == null || !tenant.spec().equals(applied)) return false;
            if (tenant.state == Tenant.State.DELETING && state != Tenant.State.DELETING) return false;
            boolean news = tenant.state != state || !Objects.equals(tenant.failure, failure);
            tenant.state = state;
            tenant.failure = failure;
            // What goes on failing is tried again for ever, and is no news each time.
            if (state == Tenant.State.RUNNING && (failure == null || news)) changed.fire(new TenantChanged(tenant.id));
            return news;
        });
    }

    private static Tenant.State word(TenantState seen) {
        return switch (seen.state()) {
            case RUNNING -> Tenant.State.RUNNING;
            case FROZEN -> Tenant.State.FROZEN;
            case STOPPED -> Tenant.State.STOPPED;
            case FAILED -> Tenant.State.FAILED;
        };
    }

    private static Retry later(Retry last) {
        Duration pause = last == null ? FIRST_RETRY : last.pause().multipliedBy(2);
        if (pause.compareTo(LAST_RETRY) > 0) pause = LAST_RETRY;
        return new Retry(Instant.now().plus(pause), pause);
    }

    /** @param operation null where nobody waits for it */
    private void enqueue(UUID tenant, UUID operation, Executor by) {
        lanes.add(tenant, by, () -> {
            try {
                run(tenant, operation);
            } catch (RuntimeException e) {
                LOG.errorf(e, "the work on tenant %s broke off", tenant);
                if (operation != null)
                    operations.fail(
                            operation,
                            Reply.Reason.FAULT,
                            "Something went wrong in the manager itself; its log says what. It tries again by itself.");
            }
        });
    }

    @PreDestroy
    void stop() {
        workers.shutdownNow();
        enders.shutdownNow();
    }
}
