package org.cloister.manager.account;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AttemptsTest {

    private final AtomicLong now = new AtomicLong(1_000_000);
    private final Attempts<String> attempts = new Attempts<>(3, Duration.ofSeconds(10), now::get);

    private void fail(int times) {
        for (int i = 0; i < times; i++) attempts.failed("eve");
    }

    @Test
    void eachFailureBeyondTheFirstFewDoublesTheWaitUpToItsBound() {
        fail(3);
        assertEquals(Duration.ZERO, attempts.wait("eve"));
        for (int seconds : new int[] {1, 2, 4, 8, 10, 10}) {
            fail(1);
            assertEquals(Duration.ofSeconds(seconds), attempts.wait("eve"));
        }
        fail(10_000);
        assertEquals(Duration.ofSeconds(10), attempts.wait("eve"));
        assertEquals(Duration.ZERO, attempts.wait("alice"), "nobody else waits");
    }

    @Test
    void timeForgetsOneByOneAndSuccessAll() {
        fail(5);
        now.addAndGet(Duration.ofSeconds(2).toNanos());
        assertEquals(Duration.ZERO, attempts.wait("eve"));
        now.addAndGet(Duration.ofMinutes(2).toNanos());
        fail(1);
        assertEquals(Duration.ofSeconds(1), attempts.wait("eve"), "two of five were forgotten");
        attempts.succeeded("eve");
        fail(3);
        assertEquals(Duration.ZERO, attempts.wait("eve"));
    }

    @Test
    void afterAFloodTheOwnerWaitsNoLongerThanItsBound() {
        fail(10_000);
        now.addAndGet(Duration.ofSeconds(10).toNanos());
        assertEquals(Duration.ZERO, attempts.wait("eve"));
        now.addAndGet(Duration.ofMinutes(25).toNanos());
        fail(1);
        assertEquals(Duration.ZERO, attempts.wait("eve"), "a flood is not remembered for a week");
    }
}
