package org.cloister.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.cloister.protocol.Limits;
import org.cloister.protocol.TenantSpec;
import org.junit.jupiter.api.Test;

class PairsTest {

    private static List<TenantSpec> tenants(int count) {
        return IntStream.range(0, count).mapToObj(PairsTest::tenant).toList();
    }

    private static TenantSpec tenant(int slot) {
        return new TenantSpec(
                new UUID(0, slot),
                slot + 1,
                "tenant-" + slot,
                "bookworm",
                TenantSpec.Desired.RUNNING,
                0,
                Limits.of(Map.of("cpuPercent", 100L, "memoryBytes", 512L << 20, "pids", 512L, "diskBytes", 2L << 30)),
                null);
    }

    private static Set<String> pairs(Pairs pairs) {
        Set<String> all = new HashSet<>();
        for (TenantSpec attacker : pairs.attackers())
            for (TenantSpec victim : pairs.victims(attacker))
                assertTrue(all.add(attacker.name() + ">" + victim.name()), "a pair is tried once");
        return all;
    }

    @Test
    void fewTryEveryOrderedPairAndNobodyItself() {
        for (int count : List.of(1, 2, 3, 20)) {
            Pairs pairs = Pairs.of(tenants(count), Set.of(), 12345);
            Set<String> tried = pairs(pairs);
            assertEquals(count * (count - 1), tried.size());
            assertFalse(tried.stream().anyMatch(pair -> pair.matches("(.*)>\\1")));
            assertNull(pairs.scope().places());
            assertEquals("all", pairs.scope().kind());
        }
    }

    @Test
    void ofAThousandEachAttacksAndIsAttackedAsOftenAsAnyOther() {
        Pairs pairs = Pairs.of(tenants(1_000), Set.of(), 998);
        Set<String> tried = pairs(pairs);
        assertEquals(1_000, pairs.involved().size());
        assertTrue(tried.size() <= Pairs.MOST, tried.size() + " pairs");
        int each = pairs.places().size();
        for (int i = 0; i < 1_000; i++) {
            String name = "tenant-" + i;
            assertEquals(
                    each,
                    tried.stream().filter(pair -> pair.startsWith(name + ">")).count());
            assertEquals(
                    each,
                    tried.stream().filter(pair -> pair.endsWith(">" + name)).count());
        }
        assertEquals(999, pairs.scope().of());
    }

    @Test
    void runsOneAfterAnotherTakeEverybodyToEverybody() {
        List<TenantSpec> tenants = tenants(100);
        Set<String> tried = new HashSet<>();
        long place = 77;
        for (int run = 0; run < 10; run++) {
            Pairs pairs = Pairs.of(tenants, Set.of(), place);
            place += pairs.places().size();
            tried.addAll(pairs(pairs));
        }
        assertEquals(100 * 99, tried.size());
    }

    @Test
    void theRowAndTheColumnOfOneAreTriedAlone() {
        List<TenantSpec> tenants = tenants(4);
        Pairs pairs = Pairs.of(tenants, Set.of(tenants.get(2).id()), 0);
        assertEquals(
                Set.of(
                        "tenant-2>tenant-0",
                        "tenant-2>tenant-1",
                        "tenant-2>tenant-3",
                        "tenant-0>tenant-2",
                        "tenant-1>tenant-2",
                        "tenant-3>tenant-2"),
                pairs(pairs));
        assertEquals(List.of("tenant-2"), pairs.scope().tenants());
        assertEquals(1, tenants.stream().filter(pairs::isWanted).count());
    }

    @Test
    void theRowAndTheColumnOfOneAmongAThousandAreASampleToo() {
        List<TenantSpec> tenants = tenants(1_000);
        Pairs pairs = Pairs.of(tenants, Set.of(tenants.get(500).id()), 42);
        Set<String> tried = pairs(pairs);
        assertTrue(tried.size() <= Pairs.MOST_FOCUSED, tried.size() + " pairs");
        assertTrue(tried.stream().allMatch(pair -> pair.matches("(?:tenant-500>.*|.*>tenant-500)")));
        assertTrue(pairs.involved().size() <= Pairs.MOST_FOCUSED + 1);
    }
}
