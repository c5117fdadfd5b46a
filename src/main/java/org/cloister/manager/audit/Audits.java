package org.cloister.manager.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
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

    /** One audit at a time: two would meet each other's canaries. */
    private final ExecutorService auditor = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("audit").factory());

    /** @throws Refusal there is no report of that id */
    public AuditReport get(UUID id) {
        return AuditReport.<AuditReport>findByIdOptional(id)
                .orElseThrow(() -> Refusal.unknown("There is no audit report of that id."));
    }

    /**
     * @return the operation; its subject is the id of the report once there is one
     * @throws Refusal no tenant runs, or an audit runs already
     */
    public OperationView run(String actor) {
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
            events.record(actor, "audit.started", null, "An audit of " + count(running.size()) + " was started.");
            return operations.open("audit.run", null, null, null, "Waiting for the agent.");
        });
        auditor.execute(() -> work(operation.id));
        return OperationView.of(operation);
    }

    /** An experiment that lost its manager is not taken up again: its report went to nobody. */
    void abandon(@Observes StartupEvent start) {
        for (Operation operation : operations.unfinished())
            if (operation.kind.equals("audit.run"))
                operations.fail(
                        operation.id, Reply.Reason.FAULT, "The manager was restarted during the audit. Run it again.");
    }

    private void work(UUID operation) {
        try {
            List<UUID> running = QuarkusTransaction.requiringNew().call(this::running);
            operations.advance(operation, "audit", 1, "Auditing " + count(running.size()) + ".");
            Reply.Sealed audited =
                    agent.ask(new Request.Audit(running, List.of()), operations.progress(operation, 1, 99));
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
    }

    /** One whose reply was lost. */
    void take(@Observes FoundReport found) {
        keep(found.sealed());
    }

    /** Once. The bytes are kept as they came: the signature is theirs. */
    private synchronized AuditReport keep(Reply.Sealed audited) {
        records.tell(audited);
        AuditReport report = new AuditReport();
        try {
            JsonNode document = Frames.JSON.readTree(audited.document());
            report.id = UUID.fromString(document.path("id").asText());
            report.verdict = document.path("verdict").asText();
            report.passed = document.path("summary").path("passed").asInt();
            report.failed = document.path("summary").path("failed").asInt();
            report.voided = document.path("summary").path("void").asInt();
            report.startedAt = Instant.parse(document.path("startedAt").asText());
            report.finishedAt = Instant.parse(document.path("finishedAt").asText());
            report.document = audited.document().getBytes(StandardCharsets.UTF_8);
            report.sequence = document.path("sequence").asLong();
            report.sha256 = HexFormat.of().formatHex(SshSignature.hash("SHA-256", report.document));
            report.signature = audited.signature();
        } catch (DateTimeParseException | JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        AuditReport before = QuarkusTransaction.requiringNew().call(() -> AuditReport.findById(report.id));
        if (before != null) return before;
        QuarkusTransaction.requiringNew().run(() -> {
            report.persist();
            events.record(
                    "cloister",
                    "audit." + report.verdict,
                    null,
                    "The audit " + report.verdict + ": " + report.passed + " passed, " + report.failed + " failed, "
                            + report.voided + " void (record " + report.sequence + ", SHA-256 " + report.sha256 + ").");
        });
        return report;
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
