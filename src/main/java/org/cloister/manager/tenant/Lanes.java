package org.cloister.manager.tenant;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Executor;

/**
 * Work on many tenants by a few threads: on one tenant in the order in which it came, one after another, and no thread waits
 * for another's tenant. What is next of a tenant queues up behind what others have to do by then.
 */
final class Lanes {

    private final Executor workers;

    /** What waits, of those on whom somebody works or is about to. */
    private final Map<UUID, Queue<Runnable>> waiting = new HashMap<>();

    Lanes(Executor workers) {
        this.workers = workers;
    }

    synchronized void add(UUID tenant, Runnable work) {
        Queue<Runnable> lane = waiting.get(tenant);
        if (lane != null) {
            lane.add(work);
            return;
        }
        waiting.put(tenant, new ArrayDeque<>());
        begin(tenant, work);
    }

    /** Whether something is done to the tenant, or waits to be. */
    synchronized boolean isBusy(UUID tenant) {
        return waiting.containsKey(tenant);
    }

    private void begin(UUID tenant, Runnable work) {
        workers.execute(() -> {
            try {
                work.run();
            } finally {
                next(tenant);
            }
        });
    }

    private synchronized void next(UUID tenant) {
        Runnable work = waiting.get(tenant).poll();
        if (work == null) waiting.remove(tenant);
        else begin(tenant, work);
    }
}
