package org.cloister.manager.audit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditDueTest {

    private static final Instant NOW = Instant.parse("2026-01-02T12:00:00Z");

    @Test
    void waitsWhileOthersStillChange() {
        assertFalse(AuditDue.isTime(List.of(NOW.minusSeconds(30), NOW.minusSeconds(1)), NOW));
        assertTrue(AuditDue.isTime(List.of(NOW.minusSeconds(5), NOW.minusSeconds(30)), NOW));
    }

    @Test
    void doesNotWaitForEverForThoseWhoNeverCease() {
        assertTrue(AuditDue.isTime(List.of(NOW.minusSeconds(60), NOW), NOW));
    }
}
