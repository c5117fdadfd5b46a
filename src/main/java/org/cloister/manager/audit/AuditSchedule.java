package org.cloister.manager.audit;

import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import org.cloister.manager.problem.Refusal;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Request;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Audits of all tenants that nobody asked for: so long after the latest one, also if the manager was not there at that
 * time, and where the agent was started since, as it is after each boot of the machine. One of some tenants alone is none
 * of all.
 */
@ApplicationScoped
class AuditSchedule {

    private static final Logger LOG = Logger.getLogger(AuditSchedule.class);

    @Inject
    Audits audits;

    @Inject
    LastAudit last;

    @Inject
    AuditDue due;

    @Inject
    AgentClient agent;

    private final Optional<Duration> every;

    /** @param every such as 24h or 30m; "never" for none */
    AuditSchedule(@ConfigProperty(name = "cloister.audit-every") String every) {
        this.every = parse(every);
    }

    static Optional<Duration> parse(String text) {
        if (text.equals("never")) return Optional.empty();
        try {
            Duration every = Duration.parse("PT" + text);
            if (every.compareTo(Duration.ofMinutes(5)) >= 0) return Optional.of(every);
        } catch (DateTimeParseException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "CLOISTER_AUDIT_EVERY must be hours or minutes such as 24h or 30m, five minutes at least, or never.");
    }

    @Scheduled(every = "60s", delayed = "60s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void run() {
        if (!isDue() || audits.isHeld()) return;
        try {
            audits.run("schedule", List.of());
        } catch (Refusal refusal) { // one runs, or no tenant does: tried again in a minute
            LOG.debugf("no audit now: %s", refusal.sentence());
        }
    }

    private boolean isDue() {
        if (every.isPresent() && isDue(last.finishedAt(), every.get(), Instant.now())) return true;
        return due.isWanted() && isOutdated(last.startedAt(), agentStartedAt());
    }

    /** Null while the agent does not answer: then nothing could be audited. */
    private Instant agentStartedAt() {
        try {
            return agent.ask(new Request.Host()).agentStartedAt();
        } catch (AgentException e) {
            return null;
        }
    }

    static boolean isOutdated(Optional<Instant> latest, Instant agentStartedAt) {
        return agentStartedAt != null && latest.map(agentStartedAt::isAfter).orElse(true);
    }

    static boolean isDue(Optional<Instant> latest, Duration every, Instant now) {
        return latest.map(then -> !now.isBefore(then.plus(every))).orElse(true);
    }
}
