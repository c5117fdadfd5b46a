package org.cloister.agent.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;

/** What tenants use of the CPUs, and which of them each may run on: the cpuset controller, and {@link Spread} over it. */
final class Cpus {

    /** Use between two looks. */
    private record Use(long nanos, long micros, double cores, Set<Integer> on, long since) {}

    private final Path tree;
    private final boolean v1;
    private final Map<String, Use> uses = new HashMap<>();
    private final Map<String, Limits> running = new HashMap<>();

    /** @param tree the instance's in the cpuset hierarchy; null where there is none */
    Cpus(Path tree, boolean v1) {
        this.tree = tree;
        this.v1 = v1;
    }

    /** A v1 cpuset starts empty, and nobody can enter an empty one (cgroup-v1/cpusets.rst 1.5). */
    void prepare(Path cgroup) throws IOException {
        if (tree == null || !v1) return;
        for (String file : List.of("cpuset.cpus", "cpuset.mems"))
            if (Files.readString(cgroup.resolve(file)).isBlank())
                Files.writeString(
                        cgroup.resolve(file),
                        Files.readString(cgroup.getParent().resolve(file)).strip());
    }

    /**
     * Notes the tenant's CPU time, now and again.
     *
     * @return whether it ran since the last time
     */
    synchronized boolean note(String name, long micros) {
        long now = System.nanoTime();
        Use last = uses.get(name);
        double cores = last == null || now == last.nanos()
                ? 0
                : Math.max(0, (micros - last.micros()) * 1000.0 / (now - last.nanos()));
        uses.put(
                name,
                new Use(now, micros, cores, last == null ? Set.of() : last.on(), last == null ? now : last.since()));
        return last == null || micros != last.micros();
    }

    /** A tenant whose cgroups are new. */
    synchronized void forget(String name) {
        uses.remove(name);
    }

    /** Gives a tenant its CPUs that is about to run, or may use more or less than before. */
    synchronized void place(String name, Limits limits) throws IOException {
        running.put(name, limits);
        spread();
    }

    /**
     * Gives these tenants their CPUs, where they have too many, too few, or less room than others.
     *
     * @param now their limits, for those that were not placed yet; what {@link #place} was told is newer
     */
    synchronized void spread(Map<String, Limits> now) throws IOException {
        running.keySet().retainAll(now.keySet());
        now.forEach(running::putIfAbsent);
        uses.keySet().retainAll(running.keySet());
        spread();
    }

    private void spread() throws IOException {
        if (tree == null) return;
        Set<Integer> machine =
                numbers(Files.readString(tree.resolve(v1 ? "cpuset.effective_cpus" : "cpuset.cpus.effective")));
        List<Spread.Tenant> tenants = new ArrayList<>();
        for (var each : running.entrySet()) {
            if (!uses.containsKey(each.getKey())) note(each.getKey(), 0);
            Use use = uses.get(each.getKey());
            if (use.on().isEmpty()) use = moved(each.getKey(), numbers(Cgroups.read(file(each.getKey()))));
            int cpus = (int) Math.min(machine.size(), (each.getValue().of(Limit.CPU) + 99) / 100);
            long weight = each.getValue().of(Limit.CPU_WEIGHT);
            tenants.add(new Spread.Tenant(each.getKey(), cpus, weight, use.cores(), use.on()));
        }
        tenants.sort(Comparator.comparingLong(tenant -> uses.get(tenant.name()).since()));
        for (var change : Spread.changes(tenants, machine).entrySet()) {
            if (!Files.exists(file(change.getKey()))) continue; // it has just ended
            Files.writeString(file(change.getKey()), text(change.getValue()));
            moved(change.getKey(), change.getValue());
        }
    }

    private Use moved(String name, Set<Integer> on) {
        Use last = uses.get(name);
        Use use = new Use(last.nanos(), last.micros(), last.cores(), on, System.nanoTime());
        uses.put(name, use);
        return use;
    }

    private Path file(String name) {
        return tree.resolve(name).resolve(Cgroups.PAYLOAD).resolve("cpuset.cpus");
    }

    private static String text(Set<Integer> cpus) {
        return cpus.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** From the list format of cpuset(7), such as {@code 0-3,8}. */
    static Set<Integer> numbers(String list) {
        Set<Integer> numbers = new TreeSet<>();
        for (String part :
                Arrays.stream(list.strip().split(",")).filter(p -> !p.isBlank()).toList()) {
            String[] ends = part.split("-");
            for (int cpu = Integer.parseInt(ends[0]); cpu <= Integer.parseInt(ends[ends.length - 1]); cpu++)
                numbers.add(cpu);
        }
        return numbers;
    }
}
