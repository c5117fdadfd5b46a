package org.cloister.manager.ssh;

import java.util.function.LongSupplier;

/**
 * Writes down refusals, so many a minute at most: whoever guesses keys must not fill the event log. What was left out is
 * counted and told with the next one that is written.
 */
final class Refused {

    static final int A_MINUTE = 30;

    private static final long MINUTE_NANOS = 60_000_000_000L;

    private final Journal journal;
    private final LongSupplier nanoTime;
    private long since;
    private int written;
    private long leftOut;

    /** @param nanoTime as {@link System#nanoTime} */
    Refused(Journal journal, LongSupplier nanoTime) {
        this.journal = journal;
        this.nanoTime = nanoTime;
        this.since = nanoTime.getAsLong();
    }

    /** @param tenant the name that was tried, or null */
    void record(String tenant, String sentence) {
        String more = "";
        synchronized (this) {
            long now = nanoTime.getAsLong();
            if (now - since >= MINUTE_NANOS) {
                since = now;
                written = 0;
            }
            if (written >= A_MINUTE) {
                leftOut++;
                return;
            }
            written++;
            if (leftOut > 0) more = " (" + leftOut + " more refusals before it were not written down.)";
            leftOut = 0;
        }
        journal.record("cloister", "ssh.refused", tenant, sentence + more);
    }
}
