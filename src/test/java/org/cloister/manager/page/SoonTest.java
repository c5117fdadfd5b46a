package org.cloister.manager.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SoonTest {

    @Test
    void nobodyWaitsLongerThanTheyWereTold() {
        CountDownLatch never = new CountDownLatch(1);
        Soon soon = new Soon(Duration.ofMillis(1));
        Future<Integer> asked = soon.ask(() -> {
            never.await();
            return 1;
        });
        assertEquals(Optional.empty(), soon.answer(asked));
        assertTrue(soon.late());
        never.countDown();
    }

    @Test
    void whateverIsAskedIsAskedAtOnce() {
        CountDownLatch both = new CountDownLatch(2);
        Soon soon = new Soon(Duration.ofMinutes(1));
        Future<Integer> one = soon.ask(() -> meet(both, 1));
        Future<Integer> other = soon.ask(() -> meet(both, 2));
        assertEquals(Optional.of(1), soon.answer(one));
        assertEquals(Optional.of(2), soon.answer(other));
        assertFalse(soon.late());
    }

    @Test
    void whatFailsIsMissingAndNotLate() {
        Soon soon = new Soon(Duration.ofMinutes(1));
        Future<Integer> asked = soon.ask(() -> {
            throw new IllegalStateException("the agent is away");
        });
        assertEquals(Optional.empty(), soon.answer(asked));
        assertFalse(soon.late());
    }

    private static int meet(CountDownLatch all, int answer) throws InterruptedException {
        all.countDown();
        all.await();
        return answer;
    }
}
