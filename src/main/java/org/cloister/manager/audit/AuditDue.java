package org.cloister.manager.audit;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.tenant.TenantChanged;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The tenants that changed since they were last audited, and the audit of their row and column. Whoever changes while
 * others still do, or while an audit runs, is taken with them: ten that are onboarded at once make one audit.
 */
@ApplicationScoped
class AuditDue {

    private static final Logger LOG = Logger.getLogger(AuditDue.class);
    private static final Duration QUIET = Duration.ofSeconds(5);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    @Inject
    Audits audits;

    @Inject
    EntityManager database;

    /** CLOISTER_AUDIT_ON_CHANGE */
    @ConfigProperty(name = "cloister.audit-on-change")
    boolean wanted;

    /** Spares the database the question while nothing changes; at the start nobody knows. */
    private volatile boolean some = true;

    /** @param since when it changed last */
    private record Due(UUID tenant, Instant since) {}

    boolean isWanted() {
        return wanted;
    }

    /** In the transaction that stores the change: neither is stored without the other. */
    void note(@Observes TenantChanged changed) {
        if (wanted) add(List.of(changed.tenant()));
    }

    /** In the caller's transaction. One that was deleted meanwhile is left out. */
    void add(Collection<UUID> tenants) {
        for (UUID tenant : tenants)
            database.createNativeQuery("insert into audit_due (tenant, since)"
                            + " select id, :now from tenant where id = :tenant for key share"
                            + " on conflict (tenant) do update set since = excluded.since")
                    .setParameter("tenant", tenant)
                    .setParameter("now", Instant.now())
                    .executeUpdate();
        some = true;
    }

    /** In the caller's transaction. */
    void covered(Collection<UUID> tenants, Instant startedAt) {
        if (tenants.isEmpty()) return;
        database.createNativeQuery("delete from audit_due where tenant in (:tenants) and since < :startedAt")
                .setParameter("tenants", tenants)
                .setParameter("startedAt", startedAt)
                .executeUpdate();
    }

    @Scheduled(every = "2s", delayed = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void run() {
        if (!wanted || !some) return;
        some = false; // a change from here on says so again
        List<Due> due = due();
        if (due.isEmpty()) return;
        some = true;
        if (!isTime(due.stream().map(Due::since).toList(), Instant.now()) || audits.isHeld()) return;
        try {
            audits.run("cloister", due.stream().map(Due::tenant).toList());
        } catch (Refusal refusal) { // one runs: its end is awaited
            LOG.debugf("no audit of what changed now: %s", refusal.sentence());
        }
    }

    /** @param changes at least one, in any order */
    static boolean isTime(List<Instant> changes, Instant now) {
        Instant first = changes.stream().min(Instant::compareTo).orElseThrow();
        Instant last = changes.stream().max(Instant::compareTo).orElseThrow();
        return !now.isBefore(last.plus(QUIET)) || !now.isBefore(first.plus(LONGEST_WAIT));
    }

    /** Of those that run: the others change when they are started. */
    @SuppressWarnings("unchecked") // several columns come as an array of them
    private List<Due> due() {
        List<Object[]> rows = QuarkusTransaction.requiringNew()
                .call(() -> database.createNativeQuery(
                                "select d.tenant, d.since from audit_due d join tenant t on t.id = d.tenant"
                                        + " where t.state = 'RUNNING' order by t.slot")
                        .getResultList());
        return rows.stream()
                .map(row -> new Due((UUID) row[0], (Instant) row[1]))
                .toList();
    }
}
