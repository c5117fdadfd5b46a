package org.cloister.agent.cgroup;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which CPUs a tenant runs on that may use fewer than the machine has. It sees these alone (sched_getaffinity(2), nproc),
 * so it does not start a thread for each of 64 to have them all wait for the quota of one.
 *
 * <p>Pinned tenants can be unlucky where the scheduler alone would be fair: two that are busy on one CPU while another
 * idles, or three on two CPUs, of which one has a CPU to itself. So a busy tenant moves to where there is more room, and
 * where all CPUs are busy, those that share take turns with those that do not. A tenant without such a reason stays.
 */
final class Spread {

    /**
     * @param cpus how many it gets
     * @param weight beside others on the same CPU
     * @param use cores that it was seen to use
     * @param on where it runs, empty for a new one
     */
    record Tenant(String name, int cpus, long weight, double use, Set<Integer> on) {

        private double share() {
            return use / cpus;
        }

        private boolean busy() {
            return share() > 0.05;
        }
    }

    /** CPUs less even than this, in cores, are evened out. */
    private static final double UNEVEN = 0.3;

    private static final double FULL = 0.85;

    private final Map<Integer, Double> load = new HashMap<>();
    private final Map<Integer, Integer> tenants = new HashMap<>();
    private final Map<Integer, Long> weights = new HashMap<>();

    private Spread(Set<Integer> machine) {
        for (int cpu : machine) {
            load.put(cpu, 0.0);
            tenants.put(cpu, 0);
            weights.put(cpu, 0L);
        }
    }

    /**
     * Tenants that get other CPUs than they have: new ones, those whose number changed, and at most one that moves.
     *
     * @param all those that ran longest where they are first: they take turns first
     * @param machine the CPUs there are
     */
    static Map<String, Set<Integer>> changes(List<Tenant> all, Set<Integer> machine) {
        Spread spread = new Spread(machine);
        Map<String, Set<Integer>> changes = new HashMap<>();
        List<Tenant> placed = new ArrayList<>();
        Set<String> staying = new HashSet<>();
        for (Tenant tenant : all)
            if (machine.containsAll(tenant.on()) && tenant.on().size() == tenant.cpus()) {
                spread.add(tenant, tenant.on());
                placed.add(tenant);
                staying.add(tenant.name());
            }
        for (Tenant tenant : all) {
            if (staying.contains(tenant.name())) continue;
            Set<Integer> least = new TreeSet<>(spread.byRoom().subList(0, Math.min(tenant.cpus(), machine.size())));
            spread.add(tenant, least);
            changes.put(tenant.name(), least);
        }
        if (changes.isEmpty()) spread.move(placed).or(() -> spread.turn(placed)).ifPresent(changes::putAll);
        return changes;
    }

    /** One tenant from the fullest CPU to the emptiest, where that makes the two more even. */
    private Optional<Map<String, Set<Integer>>> move(List<Tenant> placed) {
        List<Integer> order = byRoom();
        int empty = order.getFirst();
        int full = order.getLast();
        double gap = load.get(full) - load.get(empty);
        if (gap < UNEVEN) return Optional.empty();
        return placed.stream()
                .filter(tenant -> tenant.on().contains(full) && !tenant.on().contains(empty))
                .filter(tenant -> tenant.busy() && tenant.share() < gap - UNEVEN / 2)
                .min(Comparator.comparingDouble(tenant -> Math.abs(gap / 2 - tenant.share())))
                .map(tenant -> Map.of(tenant.name(), exchanged(tenant, full, empty)));
    }

    /** All CPUs are full, and who shares one with more weight than others changes places with one that shares less. */
    private Optional<Map<String, Set<Integer>>> turn(List<Tenant> placed) {
        List<Integer> order = new ArrayList<>(weights.keySet());
        order.sort(Comparator.comparing(weights::get));
        int light = order.getFirst();
        int heavy = order.getLast();
        if (load.get(light) < FULL || load.get(heavy) < FULL) return Optional.empty();
        return placed.stream()
                .filter(tenant -> tenant.busy()
                        && tenant.on().contains(heavy)
                        && !tenant.on().contains(light))
                .filter(tenant -> tenant.weight() <= weights.get(heavy) - weights.get(light))
                .findFirst()
                .map(tenant -> Map.of(tenant.name(), exchanged(tenant, heavy, light)));
    }

    private static Set<Integer> exchanged(Tenant tenant, int from, int to) {
        Set<Integer> on = new TreeSet<>(tenant.on());
        on.remove(from);
        on.add(to);
        return on;
    }

    /** The CPUs, the one with the most room first. */
    private List<Integer> byRoom() {
        List<Integer> order = new ArrayList<>(load.keySet());
        order.sort(Comparator.<Integer, Long>comparing(cpu -> Math.round(load.get(cpu) * 10))
                .thenComparing(tenants::get)
                .thenComparing(Comparator.naturalOrder()));
        return order;
    }

    private void add(Tenant tenant, Set<Integer> cpus) {
        for (int cpu : cpus) {
            load.merge(cpu, tenant.share(), Double::sum);
            tenants.merge(cpu, 1, Integer::sum);
            if (tenant.busy()) weights.merge(cpu, tenant.weight(), Long::sum);
        }
    }
}
