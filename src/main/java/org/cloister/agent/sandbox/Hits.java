package org.cloister.agent.sandbox;

import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import org.cloister.agent.cgroup.Cgroups;
import org.cloister.agent.cgroup.Dialect;
import org.cloister.agent.storage.Pool;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;
import org.cloister.protocol.Usage;

/**
 * How often each limit of a tenant acted since its launch, when it was last seen to, and who used most of it then.
 *
 * <p>The kernel counts some of it, and those counters are taken as they are. What it does not count is noticed once a
 * second: that a disk or the terminals are used up, and seconds in which an I/O rate was. It is kept in a file on /run, so
 * that a restart of the agent forgets nothing.
 */
final class Hits implements Watch.Look {

    /** Of a fork bomb, so many processes say who it is. */
    private static final int SAMPLE = 128;

    private static final Duration NAMES_STAY = Duration.ofSeconds(10);

    /** A rate that was used to this part of it was held back. */
    private static final double USED_UP = 0.95;

    private static final List<Limit> RATES = List.of(Limit.IO_READ, Limit.IO_WRITE, Limit.IO_READS, Limit.IO_WRITES);

    private final Path directory;
    private final Cgroups cgroups;
    private final Pool pool;
    private final ToLongFunction<UUID> terminals;
    private final Map<Integer, Seen> seen = new ConcurrentHashMap<>();

    /** What was seen of one tenant. */
    private static final class Seen {
        private final Map<Limit, Usage.Hit> hits = new EnumMap<>(Limit.class);
        private final Map<Limit, Boolean> full = new EnumMap<>(Limit.class);
        private Dialect.Io io;
        private long nanos;
    }

    /**
     * @param directory root's own, on /run
     * @param terminals open ones of a tenant
     */
    Hits(Path directory, Cgroups cgroups, Pool pool, ToLongFunction<UUID> terminals) {
        this.directory = directory;
        this.cgroups = cgroups;
        this.pool = pool;
        this.terminals = terminals;
    }

    @Override
    public void at(TenantSpec spec, Slot slot) throws IOException {
        // Whoever did not run hit nothing; most tenants do not run most of the time.
        if (!cgroups.noteUse(slot.cgroup())) return;
        Dialect.Reading now = cgroups.measure(slot.cgroup());
        Seen seen = seen(slot);
        synchronized (seen) {
            boolean first = seen.io == null;
            boolean news = false;
            for (var counter : counters(now).entrySet()) {
                Usage.Hit before = seen.hits.get(counter.getKey());
                if (counter.getValue() > (before == null ? 0 : before.count()))
                    news |= note(seen, counter.getKey(), counter.getValue(), slot, !first);
            }
            for (Limit rate : RATES) {
                double most = spec.limits().of(rate) * (System.nanoTime() - seen.nanos) / 1e9;
                if (!first && most > 0 && now.io().of(rate) - seen.io.of(rate) >= USED_UP * most)
                    news |= note(seen, rate, count(seen, rate) + 1, slot, true);
            }
            long disk = spec.limits().of(Limit.DISK);
            news |= full(seen, Limit.DISK, pool.usedBytes(slot) >= disk - Math.max(1 << 20, disk / 1000), slot);
            long most = spec.limits().of(Limit.TERMINALS);
            news |= full(seen, Limit.TERMINALS, terminals.applyAsLong(spec.id()) >= most, slot);
            seen.io = now.io();
            seen.nanos = System.nanoTime();
            if (news) keep(slot, seen);
        }
    }

    /** What the kernel counts. */
    private static Map<Limit, Long> counters(Dialect.Reading now) {
        return Map.of(
                Limit.CPU, now.throttledPeriods(),
                Limit.MEMORY, now.oomKills(),
                Limit.SWAP, now.swapRefused(),
                Limit.PROCESSES, now.pidsRefused());
    }

    /** @param watched whether it happened since the last look, and not while nobody looked */
    private boolean note(Seen seen, Limit limit, long count, Slot slot, boolean watched) throws IOException {
        Usage.Hit before = seen.hits.get(limit);
        Instant at = watched ? Instant.now() : before == null ? null : before.lastAt();
        boolean fresh = before != null
                && before.lastAt() != null
                && !before.processes().isEmpty()
                && (!watched || before.lastAt().plus(NAMES_STAY).isAfter(at));
        List<String> names = fresh
                ? before.processes()
                : watched ? Busiest.names(limit, cgroups.sample(slot.cgroup(), SAMPLE)) : List.of();
        seen.hits.put(limit, new Usage.Hit(limit, count, at, names));
        return true;
    }

    private static long count(Seen seen, Limit limit) {
        Usage.Hit before = seen.hits.get(limit);
        return before == null ? 0 : before.count();
    }

    /** Something that is used up counts once, until there was room again. */
    private boolean full(Seen seen, Limit limit, boolean full, Slot slot) throws IOException {
        Boolean before = seen.full.put(limit, full);
        return full && !Boolean.TRUE.equals(before) && note(seen, limit, count(seen, limit) + 1, slot, before != null);
    }

    /** @param now from which newer counts are taken than the last look saw */
    List<Usage.Hit> of(Slot slot, Dialect.Reading now) throws IOException {
        Seen seen = seen(slot);
        synchronized (seen) {
            Map<Limit, Usage.Hit> hits = new EnumMap<>(seen.hits);
            counters(now).forEach((limit, count) -> {
                Usage.Hit before = hits.get(limit);
                if (count > (before == null ? 0 : before.count()))
                    hits.put(
                            limit,
                            new Usage.Hit(
                                    limit,
                                    count,
                                    before == null ? null : before.lastAt(),
                                    before == null ? List.of() : before.processes()));
            });
            return List.copyOf(hits.values());
        }
    }

    /** Forgets a tenant's, whose next sandbox counts from nothing. */
    void reset(Slot slot) throws IOException {
        seen.remove(slot.number());
        Files.deleteIfExists(file(slot));
    }

    private Seen seen(Slot slot) throws IOException {
        Seen known = seen.get(slot.number());
        if (known != null) return known;
        Seen kept = new Seen();
        try {
            for (Usage.Hit hit :
                    Frames.JSON.readValue(Files.readAllBytes(file(slot)), new TypeReference<List<Usage.Hit>>() {}))
                kept.hits.put(hit.limit(), hit);
        } catch (NoSuchFileException e) {
            // it hit nothing yet
        }
        Seen other = seen.putIfAbsent(slot.number(), kept);
        return other == null ? kept : other;
    }

    private void keep(Slot slot, Seen seen) throws IOException {
        Path draft = directory.resolve(slot.cgroup() + ".hits.new");
        Files.write(draft, Frames.JSON.writeValueAsBytes(new ArrayList<>(seen.hits.values())));
        Files.move(draft, file(slot), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Path file(Slot slot) {
        return directory.resolve(slot.cgroup() + ".hits");
    }
}
