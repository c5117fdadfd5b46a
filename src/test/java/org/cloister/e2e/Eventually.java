package org.cloister.e2e;

import java.time.Duration;
import java.util.concurrent.Callable;

/** What becomes true in a moment, because somebody else has to notice it first. */
final class Eventually {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long PAUSE_MILLIS = 100;

    interface Claim {
        void check() throws Exception;
    }

    private Eventually() {}

    /** @throws AssertionError as the claim's last one, after a minute */
    static void holds(Claim claim) {
        holds(PATIENCE, claim);
    }

    /**
     * What the claim looks at may not be there yet, so whatever it throws only says that it does not hold now.
     *
     * @throws AssertionError as the claim's last one, when the time is over
     */
    static void holds(Duration patience, Claim claim) {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                claim.check();
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() > end) throw e;
            } catch (Exception e) {
                if (System.nanoTime() > end) throw new AssertionError(e);
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
