package org.cloister.manager.tenant;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Usage;

/**
 * How many sessions each tenant has open through the SSH gateway, and how often its limit turned one away since the
 * manager started. The one limit that the kernel does not know.
 */
@ApplicationScoped
public class Sessions {

    private static final class Tally {
        private int open;
        private long refused;
        private Instant lastAt;
    }

    private final Map<UUID, Tally> tallies = new HashMap<>();

    /**
     * Takes a place, to be given back by {@link #close}.
     *
     * @return whether there was one; if not, the limit was hit
     */
    public synchronized boolean open(UUID tenant, long limit) {
        Tally tally = tallies.computeIfAbsent(tenant, absent -> new Tally());
        if (tally.open >= limit) {
            tally.refused++;
            tally.lastAt = Instant.now();
            return false;
        }
        tally.open++;
        return true;
    }

    public synchronized void close(UUID tenant) {
        Tally tally = tallies.get(tenant);
        if (--tally.open == 0 && tally.refused == 0) tallies.remove(tenant);
    }

    synchronized int count(UUID tenant) {
        Tally tally = tallies.get(tenant);
        return tally == null ? 0 : tally.open;
    }

    synchronized Usage.Hit hit(UUID tenant) {
        Tally tally = tallies.getOrDefault(tenant, new Tally());
        return new Usage.Hit(Limit.SESSIONS, tally.refused, tally.lastAt, List.of());
    }
}
