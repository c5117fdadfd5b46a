package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * How soon something is done that may not take long. Of a few tries the shortest, for what else the machine does makes each
 * of them longer, and none shorter.
 */
final class Quickest {

    private static final int TRIES = 6;

    interface Try {
        /** @return milliseconds that it took */
        long millis() throws Exception;
    }

    private Quickest() {}

    /** @throws AssertionError all tries took as long, or longer; the first that did not is the last */
    static void isBelow(long millis, Try one) throws Exception {
        long shortest = Long.MAX_VALUE;
        for (int i = 0; i < TRIES && shortest >= millis; i++) shortest = Math.min(shortest, one.millis());
        assertTrue(shortest < millis, "the shortest of " + TRIES + " took " + shortest + " ms, not " + millis);
    }
}
