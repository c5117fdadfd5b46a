package org.cloister.manager.ssh;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Counts forwarded connections by tenant: each costs descriptors and threads of this process. In one SSH connection
 * {@link Forwards} counts; over all, the window that each channel takes ({@link WindowBudget}) is the bound.
 */
final class ForwardPlaces {

    static final int OF_ONE_TENANT = 256;

    private final Map<UUID, Integer> taken = new HashMap<>();

    /** @return false if the tenant has all it may have */
    synchronized boolean take(UUID tenant) {
        int now = taken.getOrDefault(tenant, 0);
        if (now >= OF_ONE_TENANT) return false;
        taken.put(tenant, now + 1);
        return true;
    }

    synchronized void giveBack(UUID tenant) {
        taken.computeIfPresent(tenant, (id, now) -> now == 1 ? null : Integer.valueOf(now - 1));
    }
}
