package org.cloister.manager.plan;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.cloister.manager.page.Frame;
import org.cloister.manager.page.Words;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;

/** How many tenants have each plan, and what the machine has left that no plan has promised yet. */
@ApplicationScoped
public class PlanRoom {

    private static final LimitsColumn READER = new LimitsColumn();

    @Inject
    EntityManager database;

    @Inject
    Frame frame;

    /** @param left bytes of memory and of disk that nobody was promised; negative where more was than there is; empty where the machine is not known */
    public record Room(Map<String, Integer> tenants, Map<Limit, Long> left) {

        public int count(String plan) {
            return tenants.getOrDefault(plan, 0);
        }

        /** What the machine still has for one more of these limits, in words; empty where it is not known. */
        public String words(Limits limits) {
            if (left.isEmpty()) return "";
            long memory = fits(limits, Limit.MEMORY);
            long disk = fits(limits, Limit.DISK);
            long more = Math.min(memory, disk);
            if (more <= 0)
                return "Oversold with one more: its " + (memory <= disk ? "memory" : "disk")
                        + " is promised to others.";
            return "Room for " + Words.count(more) + " more, by " + (memory <= disk ? "memory." : "disk.");
        }

        private long fits(Limits limits, Limit limit) {
            return Math.floorDiv(left.get(limit), limits.of(limit));
        }
    }

    public Room now() {
        Map<String, Integer> tenants = new HashMap<>();
        long[] promised = new long[2];
        // A thousand tenants have the limits of a few plans.
        for (Object one : database.createNativeQuery(
                        "select plan, cast(limits as text), count(*) from tenant group by plan, limits")
                .getResultList()) {
            Object[] row = (Object[]) one;
            Limits limits = READER.convertToEntityAttribute((String) row[1]);
            int count = ((Number) row[2]).intValue();
            tenants.merge((String) row[0], count, Integer::sum);
            promised[0] += count * limits.of(Limit.MEMORY);
            promised[1] += count * limits.of(Limit.DISK);
        }
        Map<Limit, Long> left = new EnumMap<>(Limit.class);
        frame.host().ifPresent(host -> {
            left.put(Limit.MEMORY, host.memoryBytes() - promised[0]);
            left.put(Limit.DISK, host.poolBytes() - promised[1]);
        });
        return new Room(tenants, left);
    }
}
