package org.cloister.manager.template;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.operation.Operation;
import org.cloister.manager.operation.OperationView;
import org.cloister.manager.operation.Operations;
import org.cloister.manager.problem.Refusal;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Request;
import org.cloister.protocol.TenantSpec;
import org.jboss.logging.Logger;

/** The templates that the agent keeps, and those it can build. */
@ApplicationScoped
public class Templates {

    private static final Logger LOG = Logger.getLogger(Templates.class);

    @Inject
    AgentClient agent;

    @Inject
    Operations operations;

    @Inject
    EventLog events;

    @Inject
    EntityManager database;

    private final ExecutorService builders = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("template-", 0).factory());

    /** @throws Refusal the agent does not answer */
    public List<Reply.Template> all() {
        try {
            return agent.ask(new Request.Templates()).templates();
        } catch (AgentException e) {
            throw Refusal.of(e);
        }
    }

    /** The suite of the host, which every tenant is made from unless another template is named. */
    public String usual() {
        try {
            return agent.ask(new Request.Host()).suite();
        } catch (AgentException e) {
            throw Refusal.of(e);
        }
    }

    /**
     * @param wished null for the usual one
     * @throws Refusal it is neither built nor the host's own suite
     */
    public String choose(String wished) {
        String usual = usual();
        if (wished == null || wished.equals(usual)) return usual;
        Set<String> known = new TreeSet<>(Set.of(usual));
        all().forEach(template -> known.add(template.suite()));
        if (known.contains(wished)) return wished;
        throw Refusal.invalid(
                "template",
                "There is no such template. Choose from: " + String.join(", ", known)
                        + ". Another Debian suite can be built as a template first.");
    }

    /** Builds the template unless there is one, be it of an earlier recipe. Returns when there is, on this thread. */
    public void ensure(String suite, Consumer<Reply.Progress> progress) throws AgentException {
        boolean built = agent.ask(new Request.Templates()).templates().stream()
                .anyMatch(template -> template.suite().equals(suite));
        if (!built) agent.ask(new Request.BuildTemplate(suite), progress);
    }

    public OperationView build(String actor, String suite) {
        if (suite == null || !TenantSpec.TEMPLATE.matcher(suite).matches())
            throw Refusal.invalid("suite", "A template is named after its Debian suite, such as bookworm.");
        Operation operation = QuarkusTransaction.requiringNew().call(() -> {
            events.record(actor, "template.requested", null, "The template " + suite + " is to be built.");
            return operations.open("template.build", null, null, suite, "Waiting for the builder.");
        });
        resume(operation.id, suite);
        return OperationView.of(operation);
    }

    void resume(@Observes StartupEvent start) {
        for (Operation operation : operations.unfinished())
            if (operation.kind.equals("template.build")) resume(operation.id, operation.subject);
    }

    /** Goes on with a build that was asked for; the agent does nothing where it is done already. */
    private void resume(UUID operation, String suite) {
        builders.execute(() -> {
            try {
                agent.ask(new Request.BuildTemplate(suite), operations.progress(operation, 0, 100));
                events.record("cloister", "template.built", null, "The template " + suite + " is ready.");
                operations.succeed(operation, null, "The template " + suite + " is ready.");
            } catch (AgentException e) {
                events.record("cloister", "template.failed", null, e.getMessage());
                operations.fail(operation, e);
            } catch (RuntimeException e) { // the database went away meanwhile: nobody shall wait for ever
                LOG.errorf(e, "the build of %s broke off", suite);
                operations.fail(
                        operation,
                        Reply.Reason.FAULT,
                        "Something went wrong in the manager itself; its log says what. Build the template again.");
            }
        });
    }

    public void remove(String actor, String suite) {
        if (!TenantSpec.TEMPLATE.matcher(suite).matches()) throw Refusal.unknown("There is no template of that name.");
        long tenants = QuarkusTransaction.joiningExisting()
                .call(() -> (Long) database.createQuery("select count(t) from Tenant t where t.template = :suite")
                        .setParameter("suite", suite)
                        .getSingleResult());
        if (tenants > 0)
            throw Refusal.conflict(
                    null,
                    "The template " + suite + " is in use by " + (tenants == 1 ? "one tenant" : tenants + " tenants")
                            + ".");
        try {
            agent.ask(new Request.RemoveTemplate(suite));
        } catch (AgentException e) {
            throw Refusal.of(e);
        }
        events.record(actor, "template.removed", null, "The template " + suite + " was removed.");
    }

    @PreDestroy
    void stop() {
        builders.shutdownNow();
    }
}
