package org.cloister.agent.proof;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.cloister.protocol.TenantSpec;

/**
 * Who tries to reach whom in one run. Tenants stand in a ring; each tries those that stand the given numbers of places
 * behind it, so that each attacks and is attacked as often as any other. Few tenants try every place. Of many, a run takes
 * as many places as time allows, and the next run the ones after them.
 *
 * @param ring the tenants, in the order of the report
 * @param places from 1 to one less than there are tenants
 * @param focus whose rows and columns alone are tried; empty for everybody's
 */
record Pairs(List<TenantSpec> ring, List<Integer> places, Set<UUID> focus) {

    /** Pairs of a run over everybody. A thousand tenants then try one other each, and the machine. */
    static final int MOST = 1_000;

    /** Pairs of a run over the rows and columns of some. */
    static final int MOST_FOCUSED = 200;

    /** @param first the place to begin at, any number: it is taken round the ring */
    static Pairs of(Collection<TenantSpec> tenants, Collection<UUID> wanted, long first) {
        List<TenantSpec> ring = List.copyOf(tenants);
        Set<UUID> focus = Set.copyOf(wanted);
        int all = ring.size() - 1;
        int each = focus.isEmpty() ? ring.size() : Math.min(ring.size(), 2 * focus.size());
        int most = Math.clamp((focus.isEmpty() ? MOST : MOST_FOCUSED) / each, 1, Math.max(1, all));
        int from = most >= all ? 0 : (int) Math.floorMod(first, (long) all);
        List<Integer> places = IntStream.range(0, Math.min(most, all))
                .map(i -> (from + i) % all + 1)
                .sorted()
                .boxed()
                .toList();
        return new Pairs(ring, places, focus);
    }

    List<TenantSpec> victims(TenantSpec attacker) {
        int at = place(attacker);
        return places.stream()
                .map(place -> ring.get((at + place) % ring.size()))
                .filter(victim -> isWanted(attacker) || isWanted(victim))
                .toList();
    }

    /** By its slot, which nobody else has: a thousand specifications are not compared whole with a thousand. */
    private int place(TenantSpec tenant) {
        return IntStream.range(0, ring.size())
                .filter(i -> ring.get(i).slot() == tenant.slot())
                .findFirst()
                .orElseThrow();
    }

    /** Whether a tenant's row is tried, and with it the machine as its victim. */
    boolean isWanted(TenantSpec tenant) {
        return focus.isEmpty() || focus.contains(tenant.id());
    }

    /** In the order of the ring. */
    List<TenantSpec> attackers() {
        return ring.stream()
                .filter(each -> isWanted(each) || !victims(each).isEmpty())
                .toList();
    }

    /** Everybody who attacks or is attacked. */
    Collection<TenantSpec> involved() {
        Map<Integer, TenantSpec> involved = new LinkedHashMap<>();
        for (TenantSpec attacker : attackers()) {
            involved.put(attacker.slot(), attacker);
            for (TenantSpec victim : victims(attacker)) involved.put(victim.slot(), victim);
        }
        return involved.values();
    }

    Report.Scope scope() {
        List<String> names = new ArrayList<>();
        for (TenantSpec tenant : ring) if (focus.contains(tenant.id())) names.add(tenant.name());
        int most = ring.size() - 1;
        return new Report.Scope(
                focus.isEmpty() ? "all" : "tenants",
                focus.isEmpty() ? null : names,
                places.size() == most ? null : places,
                places.size() == most ? null : most);
    }
}
