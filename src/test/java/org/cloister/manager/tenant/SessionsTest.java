package org.cloister.manager.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class SessionsTest {

    private final Sessions sessions = new Sessions();
    private final UUID alice = UUID.randomUUID();
    private final UUID bob = UUID.randomUUID();

    @Test
    void oneMoreThanTheLimitIsTurnedAwayAndCounted() {
        assertTrue(sessions.open(alice, 2));
        assertTrue(sessions.open(alice, 2));
        assertFalse(sessions.open(alice, 2));
        assertEquals(1, sessions.hit(alice).count());
        assertEquals(2, sessions.count(alice));
        assertTrue(sessions.open(bob, 2), "a neighbour’s are counted apart");
        assertEquals(0, sessions.hit(bob).count());
        assertNull(sessions.hit(bob).lastAt());
    }

    @Test
    void aPlaceThatIsGivenBackIsTakenAgain() {
        assertTrue(sessions.open(alice, 1));
        sessions.close(alice);
        assertEquals(0, sessions.count(alice));
        assertTrue(sessions.open(alice, 1));
        assertFalse(sessions.open(alice, 1));
        sessions.close(alice);
        assertEquals(1, sessions.hit(alice).count(), "a hit is remembered");
    }
}
