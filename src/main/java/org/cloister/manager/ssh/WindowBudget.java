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

    /** Each also costs threads and output buffers. */
    static final int CHANNELS_OF_ONE_TENANT = 128;

    /** A new window takes no more than this part of what is left. */
    private static final int PART = 16;

    private final Map<UUID, Integer> channels = new HashMap<>();
    private long given;

    /** A window in bytes, or 0 if there is none to give. */
    synchronized long take(UUID tenant) {
        long window = Math.min(LARGEST, (ALL - given) / PART);
        int open = channels.getOrDefault(tenant, 0);
        if (window < SMALLEST || open >= CHANNELS_OF_ONE_TENANT) return 0;
        channels.put(tenant, open + 1);
        given += window;
        return window;
    }

    /** @param window what {@link #take} gave */
    synchronized void giveBack(UUID tenant, long window) {
        given -= window;
        channels.computeIfPresent(tenant, (id, open) -> open == 1 ? null : open - 1);
    }
}
