package org.cloister.manager.ssh;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * What clients may send before any process reads it, over all channels. A channel's window is memory promised to its
 * client and cannot be taken back, so it is given out of a budget: large while there is room, smaller as it fills, none
 * when it is full. A tenant whose processes stop reading so costs a bounded part of this process.
 */
final class WindowBudget {

    /** A quarter of the heap that the service is given. */
    static final long ALL = 64 << 20;

    /** 10 MB/s to a client that is 50 ms away. */
    static final long LARGEST = 512 << 10;

    /** One packet. */
    static final long SMALLEST = 32 << 10;

    /** What one tenant can hold, and the others keep a quarter. Enough for the sessions of our largest plan. */
    static final long OF_ONE_TENANT = ALL / 4 * 3;

    /** A new window takes no more than this part of what is left to all, and twice the part of what is left to it. */
    private static final int PART = 128;

    private final Map<UUID, Long> held = new HashMap<>();
    private long given;

    /** A window in bytes, or 0 if there is none to give. */
    synchronized long take(UUID tenant) {
        long left = ALL - given;
        long own = OF_ONE_TENANT - held.getOrDefault(tenant, 0L);
        if (Math.min(left, own) < SMALLEST) return 0;
        long window = Math.clamp(Math.min(left / PART, own / (PART / 2)), SMALLEST, LARGEST);
        held.merge(tenant, window, Long::sum);
        given += window;
        return window;
    }

    /** @param window what {@link #take} gave */
    synchronized void giveBack(UUID tenant, long window) {
        given -= window;
        held.computeIfPresent(tenant, (id, own) -> own == window ? null : Long.valueOf(own - window));
    }
}
