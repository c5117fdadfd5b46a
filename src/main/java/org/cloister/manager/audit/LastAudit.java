package org.cloister.manager.audit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.Unremovable;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** What everybody is told of the latest audit, wherever they look. The database is asked at most once in two seconds. */
@Named("lastAudit")
@ApplicationScoped
@Unremovable
public class LastAudit {

    private static final long FRESH_NANOS = 2_000_000_000L;

    /**
     * @param verdict of the latest one; null where there has been none
     * @param startedAt and {@code finishedAt} are of the latest one of all tenants; null where there has been none
     * @param red the report with what stands red; null where nothing does
     */
    private record Known(long at, String verdict, Instant startedAt, Instant finishedAt, UUID red) {}

    @Inject
    MeterRegistry metrics;

    @Inject
    AuditStanding standing;

    private volatile Known last;

    void measure(@Observes StartupEvent start) {
        Gauge.builder("cloister.audit.passed", () -> "passed".equals(look().verdict()) && !isFailed() ? 1 : 0)
                .description("1 where the latest audit passed and nothing of an earlier one stands red, else 0")
                .register(metrics);
        Gauge.builder("cloister.audit.failed", () -> isFailed() ? 1 : 0)
                .description(
                        "1 where an audit found a tenant that is not isolated, and none since has tried it and passed")
                .register(metrics);
        Gauge.builder(
                        "cloister.audit.age",
                        () -> finishedAt()
                                .map(then -> (double)
                                        Duration.between(then, Instant.now()).toSeconds())
                                .orElse(Double.NaN))
                .description("since the latest audit of all tenants")
                .baseUnit("seconds")
                .register(metrics);
    }

    /** When the latest one of all tenants began; empty where there has been none. */
    Optional<Instant> startedAt() {
        return Optional.ofNullable(look().startedAt());
    }

    /** When it ended. */
    Optional<Instant> finishedAt() {
        return Optional.ofNullable(look().finishedAt());
    }

    /** Whether something stands red; {@link AuditRun#after} says how long. */
    public boolean isFailed() {
        return look().red() != null;
    }

    /** Of the page that says what stands red. */
    public String getUrl() {
        return "/audits/" + look().red();
    }

    /** Where the database does not answer, pages say so themselves. */
    private Known look() {
        Known seen = last;
        if (seen != null && System.nanoTime() - seen.at() < FRESH_NANOS) return seen;
        last = QuarkusTransaction.joiningExisting().call(() -> {
            Optional<AuditReport> whole = AuditReport.latestWhole();
            return new Known(
                    System.nanoTime(),
                    AuditReport.latest().map(report -> report.verdict).orElse(null),
                    whole.map(report -> report.startedAt).orElse(null),
                    whole.map(report -> report.finishedAt).orElse(null),
                    standing.report().orElse(null));
        });
        return last;
    }
}
