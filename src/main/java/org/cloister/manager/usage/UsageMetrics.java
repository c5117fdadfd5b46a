package org.cloister.manager.usage;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;

/**
 * What tenants use, for Prometheus: a gauge for each running tenant and limit, gone when the tenant stops. There are no
 * more of them than tenants run; a name that is used again goes on as the same.
 */
@ApplicationScoped
public class UsageMetrics {

    @Inject
    MeterRegistry registry;

    @Inject
    History history;

    private record Known(String tenant, Limits limits, long[] hits) {}

    private final Map<UUID, Known> known = new ConcurrentHashMap<>();
    private MultiGauge used;
    private MultiGauge limit;
    private MultiGauge hits;

    @PostConstruct
    void register() {
        used = MultiGauge.builder("cloister.tenant.used")
                .description("What a tenant uses of a limit, in the limit's unit; rates over the last minute")
                .register(registry);
        limit = MultiGauge.builder("cloister.tenant.limit")
                .description("The limit itself; 0 of a rate is no limit")
                .register(registry);
        hits = MultiGauge.builder("cloister.tenant.hits")
                .description("How often the limit acted since the tenant was launched")
                .register(registry);
    }

    public void note(UUID id, String tenant, Limits limits, ToLongFunction<Limit> hits) {
        long[] counts = new long[Limit.values().length];
        for (Limit each : Limit.values()) counts[each.ordinal()] = hits.applyAsLong(each);
        known.put(id, new Known(tenant, limits, counts));
    }

    /** @param running whom there is something to say of */
    public void publish(Collection<UUID> running) {
        known.keySet().retainAll(running);
        List<MultiGauge.Row<?>> use = new ArrayList<>();
        List<MultiGauge.Row<?>> most = new ArrayList<>();
        List<MultiGauge.Row<?>> counts = new ArrayList<>();
        known.forEach((id, one) -> {
            List<Sample> samples = history.lately(id);
            for (Limit each : Limit.values()) {
                Tags tags = Tags.of("tenant", one.tenant(), "limit", each.key());
                most.add(MultiGauge.Row.of(tags, one.limits().of(each)));
                counts.add(MultiGauge.Row.of(tags, one.hits()[each.ordinal()]));
                int at = History.LIMITS.indexOf(each);
                if (at >= 0 && !samples.isEmpty())
                    use.add(MultiGauge.Row.of(tags, samples.getLast().mean()[at]));
            }
        });
        used.register(use, true);
        limit.register(most, true);
        hits.register(counts, true);
    }
}
