package org.cloister.manager.tenant;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.limit.LimitWords;
import org.cloister.manager.page.Words;
import org.cloister.manager.usage.History;
import org.cloister.manager.usage.UsageMetrics;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Usage;

/**
 * Looks at running tenants: keeps what they use, and writes an event when a limit acts, once an hour for each tenant and limit: whoever runs into a wall all day fills
 * neither the log nor the eye. Looks at some of the running tenants at a time, one after the other.
 */
@ApplicationScoped
class Rounds {

    private static final Duration QUIET = Duration.ofHours(1);

    /** At the first look at a tenant, after a start of the manager or its own, older hits are not news. */
    private static final Duration LOOKED_AWAY = Duration.ofMinutes(1);

    /** In one look, so that a machine with a thousand tenants is looked at in as many seconds at most. */
    private static final int AT_A_TIME = 200;

    @Inject
    Observations observations;

    @Inject
    EventLog events;

    @Inject
    History history;

    @Inject
    UsageMetrics metrics;

    @Inject
    Looks looks;

    /** @param toldAt when an event was written; null for never */
    private record Known(long count, Instant toldAt) {}

    private final Map<UUID, Map<Limit, Known>> known = new HashMap<>();
    private int next;

    @Scheduled(every = "30s", delayed = "10s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    synchronized void look() {
        List<Tenant> running = QuarkusTransaction.requiringNew()
                .call(() -> Tenant.list("state = ?1 order by slot", Tenant.State.RUNNING));
        Set<UUID> ids = running.stream().map(tenant -> tenant.id).collect(Collectors.toSet());
        known.keySet().retainAll(ids);
        history.retain(ids);
        looks.retain(ids);
        int last = Math.min(running.size(), AT_A_TIME);
        for (int i = 0; i < last; i++) look(running.get((next + i) % running.size()));
        metrics.publish(ids);
        next = running.isEmpty() ? 0 : (next + last) % running.size();
    }

    private void look(Tenant tenant) {
        Measured now;
        try {
            now = observations.measure(tenant.id);
        } catch (AgentException e) {
            return; // it has just ended, or the agent is away: the next look says
        }
        looks.note(tenant.id, now);
        history.note(tenant.id, History.LIMITS.stream().mapToDouble(now::used).toArray());
        metrics.note(
                tenant.id, tenant.name, tenant.limits, limit -> now.hit(limit).count());
        Map<Limit, Known> before = known.computeIfAbsent(tenant.id, first -> new EnumMap<>(Limit.class));
        Instant at = Instant.now();
        for (Limit limit : Limit.values()) {
            Usage.Hit hit = now.hit(limit);
            Known last = before.get(limit);
            boolean news = isNews(last, hit, at);
            if (news) events.record("cloister", "limit.hit", tenant.name, sentence(tenant, hit));
            before.put(limit, new Known(hit.count(), news ? at : last == null ? null : last.toldAt()));
        }
    }

    /** @param last null at the first look at the tenant */
    private static boolean isNews(Known last, Usage.Hit hit, Instant now) {
        if (hit.count() == 0) return false;
        if (last == null) return hit.lastAt() != null && hit.lastAt().isAfter(now.minus(LOOKED_AWAY));
        return hit.count() != last.count()
                && (last.toldAt() == null || last.toldAt().isBefore(now.minus(QUIET)));
    }

    private static String sentence(Tenant tenant, Usage.Hit hit) {
        Limit limit = hit.limit();
        return tenant.name + " ran into a limit, " + LimitWords.label(limit).toLowerCase(Locale.ROOT) + " ("
                + LimitWords.value(limit, tenant.limits.of(limit)) + "), " + Words.plural(hit.count(), "time")
                + " so far"
                + (hit.processes().isEmpty() ? "." : "; " + String.join(", ", hit.processes()) + " used most of it.");
    }
}
