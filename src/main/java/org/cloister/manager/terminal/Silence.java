package org.cloister.manager.terminal;

import java.time.Duration;
import java.util.function.LongSupplier;

/** How long nothing was heard of a page. Browsers answer pings, which go out every twenty seconds. */
final class Silence {

    static final Duration MOST = Duration.ofSeconds(70);

    private final LongSupplier nanos;
    private volatile long since;

    /** @param nanos a clock that only counts */
    Silence(LongSupplier nanos) {
        this.nanos = nanos;
        since = nanos.getAsLong();
    }

    void broken() {
        since = nanos.getAsLong();
    }

    boolean isTooLong() {
        return nanos.getAsLong() - since > MOST.toNanos();
    }
}
