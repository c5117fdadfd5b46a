package org.cloister.manager.ssh;

import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How long a source waits for the answer to a key that does not log in. The first few cost nothing, for people whose agent
 * offers all its keys; each one after them twice the wait of the one before, up to two seconds. A login forgets them all,
 * and so does time. Only the answer "no" waits: a neighbour behind the same address whose key fits is let in at once,
 * and one whose third key fits has lost four seconds of twenty.
 */
final class Delays {

    /** More than one connection may try. */
    static final int FREE = 2 * Connections.TRIES;

    static final Duration FIRST = Duration.ofMillis(125);
    static final Duration LONGEST = Duration.ofSeconds(2);

    /** In which one failure is forgotten. */
    static final Duration FORGETS_ONE = Duration.ofSeconds(10);

    /** Failures that count at all: from the most, the wait is over after {@code (MOST - FREE) * FORGETS_ONE}. */
    static final int MOST = FREE + 6;

    /** Sources that are remembered; the one that failed longest ago is forgotten first. */
    static final int SOURCES = 16_384;

    private static final class Failures {
        private int count;
        private long since;
    }

    private final LongSupplier nanoTime;
    private final Map<InetAddress, Failures> failures = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Failures> eldest) {
            return size() > SOURCES;
        }
    };

    /** @param nanoTime as {@link System#nanoTime} */
    Delays(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** One more failure. @return how long its answer is to wait */
    synchronized Duration failed(InetAddress source) {
        Failures of = failures.remove(source); // and put again as the latest
        long now = nanoTime.getAsLong();
        if (of == null) {
            of = new Failures();
            of.since = now;
        }
        failures.put(source, of);
        long forgotten = (now - of.since) / FORGETS_ONE.toNanos();
        of.since += forgotten * FORGETS_ONE.toNanos();
        of.count = Math.min(MOST, (int) Math.max(0, of.count - forgotten) + 1);
        if (of.count <= FREE) return Duration.ZERO;
        Duration delay = FIRST.multipliedBy(1L << (of.count - FREE - 1));
        return delay.compareTo(LONGEST) < 0 ? delay : LONGEST;
    }

    synchronized void succeeded(InetAddress source) {
        failures.remove(source);
    }
}
