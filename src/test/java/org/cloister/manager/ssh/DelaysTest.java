package org.cloister.manager.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DelaysTest {

    private final AtomicLong now = new AtomicLong(1);
    private final Delays delays = new Delays(now::get);
    private final InetAddress eve = address(1);

    private static InetAddress address(int last) {
        try {
            return InetAddress.getByAddress(new byte[] {10, 0, (byte) (last >> 8), (byte) last});
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private Duration fail(int times) {
        Duration last = Duration.ZERO;
        for (int i = 0; i < times; i++) last = delays.failed(eve);
        return last;
    }

    @Test
    void theFirstFailuresCostNothingAndThenTheWaitDoublesUpToTheLongest() {
        assertEquals(Duration.ZERO, fail(Delays.FREE));
        assertEquals(Delays.FIRST, fail(1));
        assertEquals(Delays.FIRST.multipliedBy(2), fail(1));
        assertEquals(Delays.FIRST.multipliedBy(4), fail(1));
        assertEquals(Delays.LONGEST, fail(1000));
    }

    @Test
    void anotherSourceDoesNotWait() {
        fail(1000);
        assertEquals(Duration.ZERO, delays.failed(address(2)));
    }

    @Test
    void aLoginForgetsThemAll() {
        fail(1000);
        delays.succeeded(eve);
        assertEquals(Duration.ZERO, delays.failed(eve));
    }

    @Test
    void timeForgetsThemHoweverManyThereWere() {
        fail(1_000_000);
        now.addAndGet(Delays.FORGETS_ONE.multipliedBy(Delays.MOST - Delays.FREE).toNanos());
        assertEquals(Delays.FIRST, fail(1), "a minute later");
        now.addAndGet(Delays.FORGETS_ONE.multipliedBy(Delays.MOST).toNanos());
        assertEquals(Duration.ZERO, fail(Delays.FREE));
    }

    @Test
    void aSourceThatWaitedCannotBePushedOutByFewerThanManyOthers() {
        fail(1000);
        for (int i = 2; i < Delays.SOURCES; i++) delays.failed(address(i));
        assertTrue(delays.failed(eve).compareTo(Duration.ZERO) > 0);
        for (int i = 2; i < Delays.SOURCES + 3; i++) delays.failed(address(i));
        assertEquals(Duration.ZERO, delays.failed(eve)); // and no more is remembered than that
    }
}
