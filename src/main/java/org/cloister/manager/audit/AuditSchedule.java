package org.cloister.manager.audit;

import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.cloister.manager.problem.Refusal;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Audits that nobody asked for: due so long after the latest one, also if the manager was not there at that time. */
@ApplicationScoped
class AuditSchedule {

    private static final Logger LOG = Logger.getLogger(AuditSchedule.class);

    @Inject
    Audits audits;

    @Inject
    LastAudit last;

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
        if (every.isEmpty() || !isDue(last.finishedAt(), every.get(), Instant.now())) return;
        try {
            audits.run("schedule");
        } catch (Refusal refusal) { // one runs, or no tenant does: tried again in a minute
            LOG.debugf("no audit now: %s", refusal.sentence());
        }
    }

    static boolean isDue(Optional<Instant> latest, Duration every, Instant now) {
        return latest.map(then -> !now.isBefore(then.plus(every))).orElse(true);
    }
}
