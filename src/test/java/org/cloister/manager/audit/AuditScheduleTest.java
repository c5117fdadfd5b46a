package org.cloister.manager.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AuditScheduleTest {

    private static final Instant NOW = Instant.parse("2026-01-02T12:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);

    @Test
    void isNotDueBeforeItsTime() {
        assertFalse(AuditSchedule.isDue(Optional.of(NOW.minus(Duration.ofHours(23))), DAY, NOW));
        assertTrue(AuditSchedule.isDue(Optional.of(NOW.minus(DAY)), DAY, NOW));
        assertTrue(AuditSchedule.isDue(Optional.empty(), DAY, NOW), "there has been none");
    }

    @Test
    void isOutdatedWhereTheAgentWasStartedSince() {
        assertFalse(AuditSchedule.isOutdated(Optional.of(NOW), NOW.minusSeconds(1)));
        assertTrue(AuditSchedule.isOutdated(Optional.of(NOW), NOW.plusSeconds(1)));
        assertTrue(AuditSchedule.isOutdated(Optional.empty(), NOW), "there has been none");
        assertFalse(AuditSchedule.isOutdated(Optional.empty(), null), "no agent answers");
    }

    @Test
    void whatIsNoTimeIsRefusedWithASentence() {
        for (String text : new String[] {"", "1", "24", "daily", "10s", "-24h", "4m"})
            assertTrue(
                    assertThrows(IllegalArgumentException.class, () -> AuditSchedule.parse(text))
                            .getMessage()
                            .startsWith("CLOISTER_AUDIT_EVERY must be"),
                    text);
        assertEquals(Optional.empty(), AuditSchedule.parse("never"));
        assertEquals(Optional.of(Duration.ofMinutes(90)), AuditSchedule.parse("1h30m"));
    }
}
