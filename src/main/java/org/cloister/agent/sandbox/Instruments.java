package org.cloister.agent.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.cloister.agent.cgroup.Cgroups;
import org.cloister.agent.cgroup.Dialect;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.network.Network;
import org.cloister.agent.network.Traffic;
import org.cloister.agent.storage.Pool;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;
import org.cloister.protocol.Usage;

/** What tenants use, and what follows from it: hits, their views, sockets that nobody is billed for, their place on CPUs. */
final class Instruments {

    private static final int IDLE_SECONDS = 10;

    private final Cgroups cgroups;
    private final Pool pool;
    private final Network network;
    private final Views views;
    private final Hits hits;
    private final UnbilledSockets sockets;

    /** @param run a root-owned 0700 directory, where hits outlive an agent */
    Instruments(Path run, Cgroups cgroups, Pool pool, Network network, Views views) {
        this.cgroups = cgroups;
        this.pool = pool;
        this.network = network;
        this.views = views;
        this.hits = new Hits(run, cgroups);
        this.sockets = new UnbilledSockets(cgroups);
    }

    /**
     * What must be known of a tenant that runs once a second, whatever else there is to do.
     *
     * @return whether it ran since the last time
     */
    boolean glance(Ledger.Entry entry) throws IOException {
        TenantSpec spec = entry.spec();
        Slot slot = new Slot(spec.slot());
        boolean ran = cgroups.noteUse(slot.cgroup());
        if (ran) sockets.bound(spec, slot, entry.sandbox().pid());
        return ran;
    }

    /** Whether it is the turn of a tenant that did nothing. Most do nothing most of the time. */
    boolean isTurnOf(Ledger.Entry entry) {
        return (TimeUnit.NANOSECONDS.toSeconds(System.nanoTime()) + entry.spec().slot()) % IDLE_SECONDS == 0;
    }

    /**
     * All that is shown of a tenant that runs, but for its network: to ask for that costs a process.
     *
     * @param ran since the last look
     */
    void look(Ledger.Entry entry, boolean ran) throws IOException {
        TenantSpec spec = entry.spec();
        Slot slot = new Slot(spec.slot());
        Dialect.Reading now = cgroups.measure(slot.cgroup());
        long disk = pool.usedBytes(slot);
        long terminals = Terminals.count(entry.sandbox());
        // Whoever did not run hit nothing.
        if (ran) hits.look(spec, slot, now, disk, terminals);
        views.refresh(spec, slot, usage(now, disk, terminals, Traffic.NONE, hits.of(slot, now)));
    }

    /** All that run, after each was looked at. */
    void spread(List<Ledger.Entry> running) throws IOException {
        cgroups.spread(running.stream()
                .map(Ledger.Entry::spec)
                .collect(Collectors.toMap(spec -> new Slot(spec.slot()).cgroup(), TenantSpec::limits)));
    }

    /** @param live its sandbox, null when it does not run */
    Usage read(TenantSpec spec, Ledger.Entry live) throws IOException {
        Slot slot = new Slot(spec.slot());
        Dialect.Reading now = cgroups.measure(slot.cgroup());
        Traffic traffic = live == null ? Traffic.NONE : traffic(slot, live.sandbox());
        List<Usage.Hit> all = new ArrayList<>(hits.of(slot, now));
        traffic.hits().forEach((limit, count) -> all.add(new Usage.Hit(limit, count, null, List.of())));
        return usage(now, pool.usedBytes(slot), live == null ? 0 : Terminals.count(live.sandbox()), traffic, all);
    }

    /** A sandbox is about to be launched. */
    void begin(Slot slot) throws IOException {
        hits.begin(slot);
    }

    /** A tenant is gone. */
    void forget(Slot slot) throws IOException {
        hits.forget(slot);
    }

    private Traffic traffic(Slot slot, Sandbox sandbox) throws IOException {
        if (!sandbox.alive()) return Traffic.NONE;
        try (Fd namespace = Linux.open("/proc/" + sandbox.pid() + "/ns/net", Linux.O_RDONLY)) {
            // A number that was given to another process since was not this tenant's.
            return sandbox.alive() ? network.measure(slot, namespace) : Traffic.NONE;
        }
    }

    private static Usage usage(Dialect.Reading now, long disk, long terminals, Traffic traffic, List<Usage.Hit> hits) {
        return new Usage(
                now.cpuMicros(),
                now.throttledMicros(),
                now.memoryBytes(),
                now.swapBytes(),
                now.pids(),
                disk,
                now.io().readBytes(),
                now.io().writeBytes(),
                now.io().reads(),
                now.io().writes(),
                traffic.receivedBytes(),
                traffic.sentBytes(),
                traffic.connections(),
                traffic.refused(),
                traffic.spoofed(),
                terminals,
                hits);
    }
}
