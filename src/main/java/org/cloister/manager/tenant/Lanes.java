package org.cloister.manager.tenant;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Executor;

/**
 * Work on many tenants by a few threads: on one tenant in the order in which it came, one after another, and no thread waits
 * for another's turn. What is next of a tenant queues up behind what its workers have to do by then.
 */
final class Lanes {

    private record Work(Executor workers, Runnable task) {}

    /** What waits, of those on whom somebody works or is about to. */
    private final Map<UUID, Queue<Work>> waiting = new HashMap<>();

    /** @param workers who do it when its turn has come */
    synchronized void add(UUID tenant, Executor workers, Runnable task) {
        Work work = new Work(workers, task);
        Queue<Work> lane = waiting.get(tenant);
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

    private void begin(UUID tenant, Work work) {
        work.workers().execute(() -> {
            try {
                work.task().run();
            } finally {
                next(tenant);
            }
        });
    }

    private synchronized void next(UUID tenant) {
        Work work = waiting.get(tenant).poll();
        if (work == null) waiting.remove(tenant);
        else begin(tenant, work);
    }
}
