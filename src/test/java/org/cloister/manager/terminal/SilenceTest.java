package org.cloister.manager.terminal;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SilenceTest {

    private final AtomicLong clock = new AtomicLong();
    private final Silence silence = new Silence(clock::get);

    @Test
    void whoeverIsSilentForLongerThanThreePingsIsGone() {
        clock.addAndGet(Silence.MOST.toNanos() + 1);
        assertTrue(silence.isTooLong());
    }

    @Test
    void whoeverAnswersStays() {
        for (int ping = 0; ping < 10; ping++) {
            clock.addAndGet(Duration.ofSeconds(20).toNanos());
            silence.broken();
            assertFalse(silence.isTooLong());
        }
        clock.addAndGet(Silence.MOST.toNanos());
        assertFalse(silence.isTooLong());
    }
}
