package org.cloister.agent.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SpreadTest {

    private static final Set<Integer> FOUR = Set.of(0, 1, 2, 3);
    private static final Set<Integer> TWO = Set.of(0, 1);

    @Test
    void listsOfCpusAreReadAsTheKernelWritesThem() {
        assertEquals(Set.of(0, 1, 2, 8), Cpus.numbers("0-2,8\n"));
        assertEquals(Set.of(), Cpus.numbers("\n"));
    }

    @Test
    void newTenantsGoWhereFewestAre() {
        Map<String, Set<Integer>> on = Spread.changes(
                List.of(idle("a", Set.of()), idle("b", Set.of()), idle("c", Set.of()), idle("d", Set.of())), FOUR);
        assertEquals(
                List.of(0, 1, 2, 3),
                on.values().stream().flatMap(Set::stream).sorted().toList());
    }

    @Test
    void aTenantThatMayUseTwoGetsTwoAndOneThatMayUseAllGetsAll() {
        Map<String, Set<Integer>> on = Spread.changes(
                List.of(new Spread.Tenant("two", 2, 100, 0, Set.of()), new Spread.Tenant("all", 4, 100, 0, Set.of(0))),
                FOUR);
        assertEquals(2, on.get("two").size());
        assertEquals(FOUR, on.get("all"));
    }

    @Test
    void idleTenantsStayWhereTheyAreHoweverMany() {
        assertEquals(Map.of(), Spread.changes(List.of(idle("a", Set.of(0)), idle("b", Set.of(0))), TWO));
    }

    @Test
    void twoBusyOnOneCpuDoNotStayWhileAnotherIdles() {
        assertEquals(
                Map.of("a", Set.of(1)),
                Spread.changes(List.of(busy("a", 0.5, Set.of(0)), busy("b", 0.5, Set.of(0))), TWO));
    }

    @Test
    void aTenantWithTheMachineToItselfIsNotMovedAbout() {
        assertEquals(Map.of(), Spread.changes(List.of(busy("a", 1, Set.of(0)), idle("b", Set.of(1))), TWO));
    }

    @Test
    void aCpuThatWentAwayIsReplaced() {
        assertEquals(
                Map.of("a", Set.of(0)),
                Spread.changes(
                        List.of(busy("a", 1, Set.of(3))),
                        TWO.stream().filter(c -> c == 0).collect(java.util.stream.Collectors.toSet())));
    }

    @Test
    void threeBusyOnTwoCpusTakeTurnsUntilEachHadTheSame() {
        List<String> longest = new ArrayList<>(List.of("a", "b", "c"));
        Map<String, Set<Integer>> on = new HashMap<>(Map.of("a", Set.of(0), "b", Set.of(0), "c", Set.of(1)));
        Map<String, Double> had = new HashMap<>();
        for (int second = 0; second < 30; second++) {
            List<Spread.Tenant> tenants = new ArrayList<>();
            for (String name : longest) {
                double use =
                        1.0 / on.values().stream().filter(on.get(name)::equals).count();
                had.merge(name, use, Double::sum);
                tenants.add(busy(name, use, on.get(name)));
            }
            Spread.changes(tenants, TWO).forEach((name, cpus) -> {
                on.put(name, new TreeSet<>(cpus));
                longest.remove(name);
                longest.add(name);
            });
        }
        for (double cores : had.values()) assertTrue(Math.abs(cores - 20) <= 1.5, had.toString());
    }

    private static Spread.Tenant idle(String name, Set<Integer> on) {
        return busy(name, 0, on);
    }

    private static Spread.Tenant busy(String name, double use, Set<Integer> on) {
        return new Spread.Tenant(name, 1, 100, use, on);
    }
}
