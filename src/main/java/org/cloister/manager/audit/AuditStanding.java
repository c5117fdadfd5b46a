package org.cloister.manager.audit;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What stands red, as {@link AuditRun#after} has it, where it outlives the manager. What a deleted tenant did goes with it. */
@ApplicationScoped
class AuditStanding {

    @Inject
    EntityManager database;

    /** @param tenant whom the plan has something to say to */
    record Unanswered(UUID tenant, UUID report) {}

    /**
     * In the caller's transaction. Audits are kept one at a time.
     *
     * @param late whether a later one is kept already: then this one takes away nothing
     */
    void keep(AuditRun run, boolean late) {
        Map<AuditRun.Pair, UUID> before = read();
        Set<AuditRun.Pair> gone = new HashSet<>(before.keySet());
        gone.removeAll(late ? before.keySet() : run.after(before).keySet());
        gone.addAll(run.red());
        gone.forEach(this::remove);
        for (AuditRun.Pair pair : run.red()) add(pair, run.report());
    }

    /** The latest report with something that still stands. */
    Optional<UUID> report() {
        return QuarkusTransaction.joiningExisting()
                .call(() -> database.createNativeQuery(
                                "select a.report from audit_red a join audit_report r on r.id = a.report"
                                        + " order by r.started_at desc limit 1",
                                UUID.class)
                        .getResultStream()
                        .map(UUID.class::cast)
                        .findFirst());
    }

    /** Those who reached somebody or are named by a finding, with the report that says so, once each. */
    List<Unanswered> unanswered() {
        return rows("select tenant, report from audit_red where not answered and tenant is not null").stream()
                .map(row -> new Unanswered((UUID) row[0], (UUID) row[1]))
                .distinct()
                .toList();
    }

    /** Those of {@link #unanswered}, whether answered or not. */
    @SuppressWarnings("unchecked") // one column comes as itself
    List<UUID> tenants() {
        return database.createNativeQuery("select distinct tenant from audit_red where tenant is not null", UUID.class)
                .getResultList();
    }

    void answered(Unanswered red) {
        QuarkusTransaction.requiringNew()
                .run(() -> database.createNativeQuery(
                                "update audit_red set answered = true where tenant = :tenant and report = :report")
                        .setParameter("tenant", red.tenant())
                        .setParameter("report", red.report())
                        .executeUpdate());
    }

    private Map<AuditRun.Pair, UUID> read() {
        Map<AuditRun.Pair, UUID> standing = new HashMap<>();
        for (Object[] row : rows("select tenant, victim, report from audit_red"))
            standing.put(new AuditRun.Pair(machine(row[0]), machine(row[1])), (UUID) row[2]);
        return standing;
    }

    @SuppressWarnings("unchecked") // several columns come as an array of them
    private List<Object[]> rows(String query) {
        return QuarkusTransaction.joiningExisting()
                .call(() -> (List<Object[]>) database.createNativeQuery(query).getResultList());
    }

    private static UUID machine(Object tenant) {
        return Objects.requireNonNullElse((UUID) tenant, AuditRun.MACHINE);
    }

    private void remove(AuditRun.Pair pair) {
        database.createNativeQuery("delete from audit_red where coalesce(tenant, :machine) = :tenant"
                        + " and coalesce(victim, :machine) = :victim")
                .setParameter("machine", AuditRun.MACHINE)
                .setParameter("tenant", pair.tenant())
                .setParameter("victim", pair.victim())
                .executeUpdate();
    }

    /** Nothing, where one of them was deleted meanwhile. */
    private void add(AuditRun.Pair pair, UUID report) {
        database.createNativeQuery("insert into audit_red (tenant, victim, report)"
                        + " select nullif(:tenant, :machine), nullif(:victim, :machine), :report"
                        + " where (:tenant = :machine or exists (select from tenant where id = :tenant for key share))"
                        + " and (:victim = :machine or exists (select from tenant where id = :victim for key share))")
                .setParameter("machine", AuditRun.MACHINE)
                .setParameter("tenant", pair.tenant())
                .setParameter("victim", pair.victim())
                .setParameter("report", report)
                .executeUpdate();
    }
}
