package org.cloister.agent.posture;

import java.util.List;
import org.cloister.protocol.Limit;
import org.cloister.protocol.PostureCheck;
import org.cloister.protocol.PostureCheck.State;

/** Whether what was sold is there. */
final class Capacity {

    /** What the machine's own programs need. */
    private static final long OWN_MEMORY = 1L << 30;

    private Capacity() {}

    /**
     * In bytes.
     *
     * @param pool size of the whole pool
     * @param unbacked what the pool's file may still grow by
     * @param free on the file system that the pool's file lies on
     */
    record Sizes(long memory, long pool, long unbacked, long free) {}

    static List<PostureCheck> judge(Demand demand, Sizes sizes) {
        long memory = demand.sum().get(Limit.MEMORY);
        long disk = demand.sum().get(Limit.DISK);
        return List.of(
                check(
                        "memory.sold",
                        memory <= sizes.memory() - OWN_MEMORY,
                        "what the machine has, less 1024 MiB of its own",
                        mib(memory) + " of " + mib(sizes.memory()),
                        "Tenants within their limits use up the machine's memory, and a neighbour's process is ended for it.",
                        "smaller plans, fewer tenants, or more memory"),
                check(
                        "disk.sold",
                        disk <= sizes.pool(),
                        "what the pool has",
                        mib(disk) + " of " + mib(sizes.pool()),
                        "Tenants within their limits fill the pool, and their neighbours cannot write any more.",
                        "smaller plans, fewer tenants, or a larger pool"),
                check(
                        "disk.backed",
                        sizes.unbacked() <= sizes.free(),
                        "room for all of the pool's file",
                        mib(sizes.unbacked()) + " to grow, " + mib(sizes.free()) + " free",
                        "The disk below the pool is full before the pool is: then writes of all tenants fail at once.",
                        "more room on the disk that pool.img lies on"));
    }

    private static PostureCheck check(
            String id, boolean good, String expected, String found, String risk, String mend) {
        return new PostureCheck(id, good ? State.GOOD : State.OPEN, expected, found, risk, good ? "" : mend, null);
    }

    private static String mib(long bytes) {
        return (bytes >> 20) + " MiB";
    }
}
