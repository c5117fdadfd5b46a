package org.cloister.manager.neighbour;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.operation.Operation;
import org.cloister.manager.operation.OperationView;
import org.cloister.manager.operation.Operations;
import org.cloister.manager.plan.Plan;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.record.ChainEntry;
import org.cloister.manager.record.Records;
import org.cloister.manager.tenant.Tenant;
import org.cloister.manager.tenant.Tenants;
import org.cloister.manager.tenant.Wish;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Request;
import org.jboss.logging.Logger;

/**
 * Runs the test; its reports are kept with the other records of the chain. The attacker's name is stored with the operation before there is such a tenant, and
 * an operation ends only when its attacker is being deleted: so none is left, whenever the manager ends.
 */
@ApplicationScoped
public class NeighbourTests {

    static final String KIND = "neighbour.run";

    /** The kind of record that a report is. */
    static final String RECORD = "neighbour";

    static final int USUAL_SECONDS = 5;

    private static final Logger LOG = Logger.getLogger(NeighbourTests.class);
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A template may have to be built first. */
    private static final Duration ONBOARDING = Duration.ofMinutes(20);

    private static final Duration DELETION = Duration.ofMinutes(2);

    @Inject
    AgentClient agent;

    @Inject
    Tenants tenants;

    @Inject
    Operations operations;

    @Inject
    Records records;

    @Inject
    EventLog events;

    @Inject
    EntityManager database;

    private final ExecutorService tester = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("neighbour-test").factory());

    /** The operation that is worked on; null for none. */
    private volatile UUID current;

    /**
     * What is to be measured.
     *
     * @param victim the name of a tenant that runs
     * @param plan the attacker's; null for the smallest
     * @param seconds that each phase lasts; null for five
     */
    public record NewTest(String victim, String plan, Integer seconds) {}

    private record Run(UUID operation, UUID victim, String template, String attacker, String plan, int seconds) {}

    /** @throws Refusal there is no report of that id */
    ChainEntry get(UUID id) {
        return ChainEntry.named(RECORD, id)
                .orElseThrow(() -> Refusal.unknown("There is no report of a neighbour test of that id."));
    }

    /**
     * @return the operation; its subject is the attacker's name, and the id of the report once there is one
     * @throws Refusal the wish makes no sense, the victim does not run, or an audit or another test does
     */
    public OperationView run(String actor, NewTest wish) {
        int seconds = seconds(wish);
        Run[] run = new Run[1];
        Operation operation = QuarkusTransaction.requiringNew().call(() -> {
            database.createNativeQuery("lock table audit_report in share row exclusive mode")
                    .executeUpdate();
            Tenant victim = victim(wish);
            String plan = plan(wish);
            refuseBeside();
            String attacker = "neighbour-" + HexFormat.of().toHexDigits(RANDOM.nextInt());
            events.record(
                    actor,
                    "neighbour.started",
                    victim.name,
                    "A neighbour test was started: " + victim.name + " is measured while " + attacker
                            + ", made for it with the plan " + plan + ", uses up all that it may have.");
            Operation opened = operations.open(KIND, null, victim.name, attacker, "Waiting for the attacker.");
            current = opened.id;
            run[0] = new Run(opened.id, victim.id, victim.template, attacker, plan, seconds);
            return opened;
        });
        tester.execute(() -> work(run[0]));
        return OperationView.of(operation);
    }

    private static int seconds(NewTest wish) {
        if (wish == null || wish.victim() == null || wish.victim().isBlank())
            throw Refusal.invalid("victim", "Which tenant is to be measured? Name one that runs.");
        int seconds = wish.seconds() == null ? USUAL_SECONDS : wish.seconds();
        if (seconds < 1 || seconds > Request.TestNeighbour.MOST_SECONDS)
            throw Refusal.invalid("seconds", "A phase lasts 1 to " + Request.TestNeighbour.MOST_SECONDS + " seconds.");
        return seconds;
    }

    private static Tenant victim(NewTest wish) {
        Tenant victim = Tenant.named(wish.victim())
                .orElseThrow(() -> Refusal.invalid("victim", "There is no tenant of that name."));
        if (victim.state != Tenant.State.RUNNING)
            throw Refusal.conflict("victim", victim.name + " does not run. Start it first.");
        return victim;
    }

    private static String plan(NewTest wish) {
        if (wish.plan() != null && !wish.plan().isBlank())
            return Plan.named(wish.plan())
                    .orElseThrow(() -> Refusal.invalid("plan", "There is no plan of that name."))
                    .name;
        return Plan.all().stream()
                .findFirst()
                .orElseThrow(() -> Refusal.invalid("plan", "There is no plan. Make one first."))
                .name;
    }

    private static void refuseBeside() {
        if (Operation.count("kind = ?1 and not done", KIND) > 0)
            throw Refusal.conflict(null, "A neighbour test runs already. Wait for its report.");
        if (Operation.count("kind = 'audit.run' and not done") > 0)
            throw Refusal.conflict(null, "An audit runs. Its attempts would be in the figures; wait for its report.");
    }

    private void work(Run run) {
        try {
            operations.advance(
                    run.operation(),
                    "attacker",
                    1,
                    "Onboarding " + run.attacker() + " with the plan " + run.plan() + ".");
            Reply.Sealed sealed = attack(run);
            records.keep(sealed);
            leave(run.attacker());
            operations.succeed(
                    run.operation(),
                    Frames.JSON.readTree(sealed.document()).path("id").asText(),
                    "The test is done.");
        } catch (AgentException e) {
            giveUp(run, e.reason(), e.getMessage());
        } catch (Refusal e) {
            giveUp(run, Reply.Reason.valueOf(e.kind().name()), e.sentence());
        } catch (RuntimeException | IOException e) {
            LOG.error("A neighbour test broke off", e);
            giveUp(run, Reply.Reason.FAULT, "The test broke off in the manager itself; its log says why.");
        } finally {
            current = null;
        }
    }

    private Reply.Sealed attack(Run run) throws AgentException {
        OperationView made = tenants.create(
                "cloister", new Wish.NewTenant(run.attacker(), run.plan(), run.template(), List.of(), true));
        if (operations.await(made.id(), ONBOARDING) == null)
            throw new AgentException(Reply.Reason.FAULT, "The attacker could not be onboarded in time.");
        UUID attacker = QuarkusTransaction.requiringNew().call(() -> tenants.get(run.attacker()).id);
        return agent.ask(
                new Request.TestNeighbour(run.victim(), attacker, run.seconds()),
                operations.progress(run.operation(), 3, 97));
    }

    private void giveUp(Run run, Reply.Reason reason, String sentence) {
        try {
            leave(run.attacker());
            operations.fail(run.operation(), reason, sentence);
        } catch (RuntimeException e) { // the operation stays open, so that it is tried again
            LOG.error(run.attacker() + " could not be deleted", e);
        }
    }

    /** Has the attacker deleted, and waits for it a while. Once it is wished for, it is done whatever happens. */
    private void leave(String attacker) {
        try {
            operations.await(tenants.delete("cloister", attacker).id(), DELETION);
        } catch (Refusal e) { // it was never made; or the agent could not yet, and is asked again until it could
            if (e.kind() != Refusal.Kind.UNKNOWN) LOG.warn(e.sentence());
        }
    }

    /** A test that lost its manager is not taken up again: its report went to nobody. */
    void abandon(@Observes StartupEvent start) {
        sweep();
    }

    @Scheduled(every = "60s", delayed = "60s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void sweep() {
        for (Operation operation : operations.unfinished()) {
            if (!operation.kind.equals(KIND) || operation.id.equals(current)) continue;
            try {
                tenants.delete("cloister", operation.subject);
            } catch (Refusal e) {
                if (e.kind() != Refusal.Kind.UNKNOWN) throw e;
            }
            operations.fail(
                    operation.id, Reply.Reason.FAULT, "The manager was restarted during the test. Run it again.");
        }
    }

    @PreDestroy
    void stop() {
        tester.shutdownNow();
    }
}
