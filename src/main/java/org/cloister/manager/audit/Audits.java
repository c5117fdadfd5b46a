package org.cloister.manager.audit;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.filter.FilteringParserDelegate;
import com.fasterxml.jackson.core.filter.TokenFilter;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.operation.Operation;
import org.cloister.manager.operation.OperationView;
import org.cloister.manager.operation.Operations;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.record.FoundReport;
import org.cloister.manager.record.Records;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Request;
import org.cloister.protocol.SshSignature;
import org.jboss.logging.Logger;

/** Has the agent run the isolation proof over all running tenants, and keeps the reports. */
@ApplicationScoped
public class Audits {

    private static final Logger LOG = Logger.getLogger(Audits.class);

    private static final Duration AFTER_A_FAULT = Duration.ofMinutes(5);

    @Inject
    AgentClient agent;

    @Inject
    Operations operations;

    @Inject
    EventLog events;

    @Inject
    Records records;

    @Inject
    EntityManager database;

    @Inject
    AuditDue due;

    @Inject
    AuditStanding standing;

    @Inject
    AuditAnswer answer;

    /** One audit at a time: two would meet each other's canaries. */
    private final ExecutorService auditor = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("audit").factory());

    /** @throws Refusal there is no report of that id */
    public AuditReport get(UUID id) {
        return AuditReport.<AuditReport>findByIdOptional(id)
                .orElseThrow(() -> Refusal.unknown("There is no audit report of that id."));
    }

    /**
     * @param wanted whose row and column alone are tried; empty for everybody's
     * @return the operation; its subject is the id of the report once there is one
     * @throws Refusal no tenant runs, or an audit runs already
     */
    public OperationView run(String actor, List<UUID> wanted) {
        List<UUID> focus = new ArrayList<>();
        Operation operation = QuarkusTransaction.requiringNew().call(() -> {
            database.createNativeQuery("lock table audit_report in share row exclusive mode")
                    .executeUpdate();
            if (Operation.count("kind = 'audit.run' and not done") > 0)
                throw Refusal.conflict(null, "An audit runs already. Wait for its report.");
            if (Operation.count("kind = 'neighbour.run' and not done") > 0)
                throw Refusal.conflict(
                        null, "A neighbour test runs, whose figures an audit would be in. Wait for its report.");
            List<UUID> running = running();
            if (running.isEmpty())
                throw Refusal.conflict(null, "No tenant runs, so there is nothing to prove. Start a tenant first.");
            if (!wanted.containsAll(running)) focus.addAll(wanted);
            events.record(
                    actor,
                    "audit.started",
                    null,
                    focus.isEmpty()
                            ? "An audit of " + count(running.size()) + " was started."
                            : "An audit of " + count(focus.size()) + " was started, by row and column.");
            return operations.open("audit.run", null, null, null, "Waiting for the agent.");
        });
        auditor.execute(() -> work(operation.id, focus));
        return OperationView.of(operation);
    }

    /** An experiment that lost its manager is not taken up again: its report went to nobody. */
    void abandon(@Observes StartupEvent start) {
        for (Operation operation : operations.unfinished())
            if (operation.kind.equals("audit.run"))
                operations.fail(
                        operation.id, Reply.Reason.FAULT, "The manager was restarted during the audit. Run it again.");
    }

    /** Whether the latest one broke off a moment ago. What nobody asked for waits then. */
    boolean isHeld() {
        return QuarkusTransaction.joiningExisting()
                .call(() -> Operation.<Operation>find("kind = 'audit.run' order by startedAt desc")
                        .firstResultOptional()
                        .filter(latest -> latest.problem != null)
                        .filter(latest ->
                                latest.finishedAt.isAfter(Instant.now().minus(AFTER_A_FAULT)))
                        .isPresent());
    }

    private void work(UUID operation, List<UUID> focus) {
        try {
            List<UUID> running = QuarkusTransaction.requiringNew().call(this::running);
            operations.advance(operation, "audit", 1, "Auditing " + count(running.size()) + ".");
            Reply.Sealed audited = agent.ask(new Request.Audit(running, focus), operations.progress(operation, 1, 99));
            AuditReport report = keep(audited);
            operations.succeed(operation, report.id.toString(), "The audit " + report.verdict + ".");
        } catch (AgentException e) {
            events.record("cloister", "audit.broken", null, e.getMessage());
            operations.fail(operation, e);
        } catch (RuntimeException e) {
            LOG.error("An audit's report was not kept", e);
            operations.fail(
                    operation,
                    Reply.Reason.FAULT,
                    "The agent's report cannot be read or kept; the manager's log says why.");
        }
        answer.give();
    }

    /** One whose reply was lost. */
    void take(@Observes FoundReport found) {
        keep(found.sealed());
        answer.give();
    }

    /** Once. The bytes are kept as they came: the signature is theirs. */
    private synchronized AuditReport keep(Reply.Sealed audited) {
        records.tell(audited);
        AuditReport report = new AuditReport();
        AuditRun run;
        try {
            JsonNode document = outline(audited.document());
            report.id = UUID.fromString(document.path("id").asText());
            report.verdict = document.path("verdict").asText();
            report.passed = document.path("summary").path("passed").asInt();
            report.failed = document.path("summary").path("failed").asInt();
            report.voided = document.path("summary").path("void").asInt();
            report.inapplicable =
                    document.path("summary").path("not-applicable").asInt();
            report.startedAt = Instant.parse(document.path("startedAt").asText());
            report.finishedAt = Instant.parse(document.path("finishedAt").asText());
            report.document = audited.document().getBytes(StandardCharsets.UTF_8);
            report.sequence = document.path("sequence").asLong();
            report.sha256 = HexFormat.of().formatHex(SshSignature.hash("SHA-256", report.document));
            report.signature = audited.signature();
            run = AuditRun.of(document);
            report.focus = run.focus().isEmpty() ? null : String.join(" ", run.focus());
        } catch (DateTimeParseException | IOException e) {
            throw new IllegalStateException(e);
        }
        AuditReport before = QuarkusTransaction.requiringNew().call(() -> AuditReport.findById(report.id));
        if (before != null) return before;
        QuarkusTransaction.requiringNew().run(() -> {
            boolean late = AuditReport.count("startedAt > ?1", report.startedAt) > 0;
            report.persistAndFlush(); // what stands red refers to it
            standing.keep(run, late);
            due.covered(run.covered(), report.startedAt);
            // Of very many tenants a run tries a share; whoever stands red is not left to the turn of the others.
            if (run.focus().isEmpty() && run.verdict().equals("passed")) due.add(standing.tenants());
            events.record(
                    "cloister",
                    "audit." + report.verdict,
                    null,
                    "The audit of " + (run.focus().isEmpty() ? "" : "the ") + AuditRun.covers(run.focus()) + " "
                            + report.verdict + ": " + report.passed + " passed, " + report.failed + " failed, "
                            + report.voided + " void (record " + report.sequence
                            + ", SHA-256 " + report.sha256 + ").",
                    "/audits/" + report.id);
        });
        return report;
    }

    /** A report without its attempts: of a thousand tenants there are a hundred thousand. */
    private static JsonNode outline(String document) throws IOException {
        TokenFilter all = new TokenFilter() {
            @Override
            public TokenFilter includeProperty(String name) {
                return name.equals("attempts") ? null : this;
            }
        };
        try (JsonParser parser = new FilteringParserDelegate(
                Frames.JSON.createParser(document), all, TokenFilter.Inclusion.INCLUDE_ALL_AND_PATH, true)) {
            return Frames.JSON.readTree(parser);
        }
    }

    private List<UUID> running() {
        return database.createQuery(
                        "select t.id from Tenant t where t.state = org.cloister.manager.tenant.Tenant$State.RUNNING order by t.slot",
                        UUID.class)
                .getResultList();
    }

    private static String count(int tenants) {
        return tenants == 1 ? "one tenant" : tenants + " tenants";
    }

    @PreDestroy
    void stop() {
        auditor.shutdownNow();
    }
}
