package org.cloister.e2e;

import java.time.Duration;
import java.util.concurrent.Callable;

/** What becomes true in a moment, because somebody else has to notice it first. */
final class Eventually {

    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final long PAUSE_MILLIS = 100;

    interface Claim {
        void check() throws Exception;
    }

    private Eventually() {}

    /** @throws AssertionError as the claim's last one, after fifteen seconds */
    static void holds(Claim claim) {
        holds(PATIENCE, claim);
    }

    /** @throws AssertionError as the claim's last one, when the time is over */
    static void holds(Duration patience, Claim claim) {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                claim.check();
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() > end) throw e;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            pause(PAUSE_MILLIS);
        }
    }

    /** @throws AssertionError which names what did not come about in that time */
    static void seen(String what, Duration patience, Callable<Boolean> question) {
        holds(patience, () -> {
            if (!question.call()) throw new AssertionError(patience.toSeconds() + " s without " + what);
        });
    }

    /** Waits where there is nothing to look at. */
    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
