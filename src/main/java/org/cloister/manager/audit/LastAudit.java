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

    /** @param id null where there has been none */
    private record Known(long at, UUID id, String verdict, Instant finishedAt) {}

    @Inject
    MeterRegistry metrics;

    private volatile Known last;

    void measure(@Observes StartupEvent start) {
        Gauge.builder("cloister.audit.passed", () -> "passed".equals(look().verdict()) ? 1 : 0)
                .description("1 where the latest audit passed, 0 where it did not or there has been none")
                .register(metrics);
        Gauge.builder("cloister.audit.failed", () -> isFailed() ? 1 : 0)
                .description("1 where the latest audit found a tenant that is not isolated")
                .register(metrics);
        Gauge.builder(
                        "cloister.audit.age",
                        () -> finishedAt()
                                .map(then -> (double)
                                        Duration.between(then, Instant.now()).toSeconds())
                                .orElse(Double.NaN))
                .description("since the latest audit")
                .baseUnit("seconds")
                .register(metrics);
    }

    /** When the latest one ended; empty where there has been none. */
    Optional<Instant> finishedAt() {
        return Optional.ofNullable(look().finishedAt());
    }

    public boolean isFailed() {
        return "failed".equals(look().verdict());
    }

    /** Of the latest one's page. */
    public String getUrl() {
        return "/audits/" + look().id();
    }

    /** Where the database does not answer, pages say so themselves. */
    private Known look() {
        Known seen = last;
        if (seen != null && System.nanoTime() - seen.at() < FRESH_NANOS) return seen;
        Known now = QuarkusTransaction.joiningExisting()
                .call(() -> AuditReport.latest()
                        .map(report -> new Known(System.nanoTime(), report.id, report.verdict, report.finishedAt))
                        .orElse(new Known(System.nanoTime(), null, null, null)));
        last = now;
        return now;
    }
}
