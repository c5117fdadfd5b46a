package org.cloister.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MachineTest {

    @Test
    void theSuiteIsThatOfTheMachine() {
        assertEquals("bookworm", Machine.suite("ID=debian\nVERSION_CODENAME=bookworm\n"));
        assertEquals("stable", Machine.suite("ID=other\n"));
    }

    @Test
    void memoryIsReadFromItsOwnLine() {
        assertEquals(24_684_092, Machine.kilobytes("MemTotal:       24684092 kB\nMemFree: 5 kB\n", "MemTotal:"));
        assertEquals(0, Machine.kilobytes("", "MemTotal:"));
    }

    @Test
    void anInstanceIsNamedSoThatEveryToolTakesTheName() {
        for (String name : new String[] {"", "Cloister", "a-b", "../x", "1a", "a".repeat(17)})
            assertThrows(IllegalArgumentException.class, () -> Instance.of(Map.of("CLOISTER_INSTANCE", name)), name);
    }

    @Test
    void everythingOfAnInstanceFollowsFromItsName() {
        Instance instance = Instance.of(Map.of("CLOISTER_INSTANCE", "other", "CLOISTER_SLOTS", "100-200"));
        assertEquals(Path.of("/var/lib/other"), instance.home());
        assertEquals(Path.of("/run/other"), instance.run());
        assertEquals(101, instance.slots().size());
    }

    @Test
    void slotsOutsideTheReservedRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Instance.of(Map.of("CLOISTER_SLOTS", "0-10")));
        assertThrows(IllegalArgumentException.class, () -> Instance.of(Map.of("CLOISTER_SLOTS", "1-9999")));
        assertThrows(IllegalArgumentException.class, () -> Instance.of(Map.of("CLOISTER_SLOTS", "7")));
    }
}
