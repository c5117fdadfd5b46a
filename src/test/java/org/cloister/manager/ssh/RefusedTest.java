package org.cloister.manager.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RefusedTest {

    private final List<String> written = new ArrayList<>();
    private final AtomicLong now = new AtomicLong();
    private final Refused refused = new Refused((actor, kind, tenant, sentence) -> written.add(sentence), now::get);

    @Test
    void aGuesserCannotFillTheEventLog() {
        for (int i = 0; i < 10_000; i++) refused.record(null, "refused.");
        assertEquals(Refused.A_MINUTE, written.size());
    }

    @Test
    void whatWasLeftOutIsCountedInTheNextMinute() {
        for (int i = 0; i < Refused.A_MINUTE + 7; i++) refused.record(null, "refused.");
        now.addAndGet(TimeUnit.MINUTES.toNanos(1));
        refused.record(null, "refused.");
        assertTrue(written.get(written.size() - 1).contains("7 more"), written.toString());
    }
}
