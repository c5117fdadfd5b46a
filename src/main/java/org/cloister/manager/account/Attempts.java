package org.cloister.manager.account;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How long somebody who failed to sign in waits before the next try counts. The first few cost nothing; each one after
 * them doubles the wait, up to a bound; time forgets them one by one, and success all of them.
 *
 * @param <K> whom it is counted for
 */
final class Attempts<K> {

    private static final int REMEMBERED = 16_384;

    /** Failures beyond the free ones that count at all: forgotten after so many minutes. */
    private static final int MOST_OVER = 20;

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration FORGETS_ONE = Duration.ofMinutes(1);

    private static final class Failures {
        private int count;
        private long since;
        private long until;
    }

    private final int free;
    private final Duration longest;
    private final LongSupplier nanoTime;
    private final Map<K, Failures> all = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, Failures> eldest) {
            return size() > REMEMBERED;
        }
    };

    /**
     * @param free failures that cost nothing
     * @param nanoTime as {@link System#nanoTime}
     */
    Attempts(int free, Duration longest, LongSupplier nanoTime) {
        this.free = free;
        this.longest = longest;
        this.nanoTime = nanoTime;
    }

    /** Zero where a try may be made now. */
    synchronized Duration wait(K key) {
        Failures of = all.get(key);
        return of == null ? Duration.ZERO : Duration.ofNanos(Math.max(0, of.until - nanoTime.getAsLong()));
    }

    synchronized void failed(K key) {
        long now = nanoTime.getAsLong();
        Failures of = all.remove(key); // and put again as the latest
        if (of == null) {
            of = new Failures();
            of.since = now;
        }
        all.put(key, of);
        long forgotten = (now - of.since) / FORGETS_ONE.toNanos();
        of.since += forgotten * FORGETS_ONE.toNanos();
        of.count = Math.min(free + MOST_OVER, (int) Math.max(0, of.count - forgotten) + 1);
        int over = of.count - free;
        Duration wait = over <= 0 ? Duration.ZERO : FIRST.multipliedBy(1L << over - 1);
        of.until = now + (wait.compareTo(longest) < 0 ? wait : longest).toNanos();
    }

    synchronized void succeeded(K key) {
        all.remove(key);
    }
}
