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
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.agent.cgroup.Cgroups;
import org.cloister.agent.cgroup.Dialect;
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
final class Hits {

    /** Of a fork bomb, so many processes say who it is. */
    private static final int SAMPLE = 128;

    private static final Duration NAMES_STAY = Duration.ofSeconds(10);

    /** A rate that was used to this part of it was held back. */
    private static final double USED_UP = 0.95;

    private static final List<Limit> RATES = List.of(Limit.IO_READ, Limit.IO_WRITE, Limit.IO_READS, Limit.IO_WRITES);

    private final Path directory;
    private final Cgroups cgroups;
    private final Map<Integer, Seen> seen = new ConcurrentHashMap<>();

    /** What was seen of one tenant. */
    private static final class Seen {
        private final Map<Limit, Usage.Hit> hits = new EnumMap<>(Limit.class);
        private final Map<Limit, Boolean> full = new EnumMap<>(Limit.class);
        private Dialect.Io io;
        private long nanos;

        /** Whether what is new at the next look happened since the last or the launch, and not while no agent ran. */
        private boolean watched;
    }

    /** @param directory root's own, on /run */
    Hits(Path directory, Cgroups cgroups) {
        this.directory = directory;
        this.cgroups = cgroups;
    }

    /** A tenant that ran since the last look. @param disk bytes it is billed for; {@code terminals} are open ones */
    void look(TenantSpec spec, Slot slot, Dialect.Reading now, long disk, long terminals) throws IOException {
        Seen seen = seen(slot);
        synchronized (seen) {
            boolean first = seen.io == null;
            boolean news = false;
            for (var counter : counters(now).entrySet()) {
                Usage.Hit before = seen.hits.get(counter.getKey());
                if (counter.getValue() > (before == null ? 0 : before.count()))
                    news |= note(seen, counter.getKey(), counter.getValue(), slot);
            }
            for (Limit rate : RATES) {
                double most = spec.limits().of(rate) * (System.nanoTime() - seen.nanos) / 1e9;
                if (!first && most > 0 && now.io().of(rate) - seen.io.of(rate) >= USED_UP * most)
                    news |= note(seen, rate, count(seen, rate) + 1, slot);
            }
            long room = spec.limits().of(Limit.DISK);
            news |= full(seen, Limit.DISK, disk >= room - Math.max(1 << 20, room / 1000), slot);
            news |= full(seen, Limit.TERMINALS, terminals >= spec.limits().of(Limit.TERMINALS), slot);
            seen.io = now.io();
            seen.nanos = System.nanoTime();
            seen.watched = true;
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

    private boolean note(Seen seen, Limit limit, long count, Slot slot) throws IOException {
        Usage.Hit before = seen.hits.get(limit);
        Instant at = seen.watched ? Instant.now() : before == null ? null : before.lastAt();
        boolean fresh = before != null
                && before.lastAt() != null
                && !before.processes().isEmpty()
                && (!seen.watched || before.lastAt().plus(NAMES_STAY).isAfter(at));
        List<String> names = fresh
                ? before.processes()
                : seen.watched ? Busiest.names(limit, cgroups.sample(slot.cgroup(), SAMPLE)) : List.of();
        seen.hits.put(limit, new Usage.Hit(limit, count, at, names));
        return true;
    }

    private static long count(Seen seen, Limit limit) {
        Usage.Hit before = seen.hits.get(limit);
        return before == null ? 0 : before.count();
    }

    /** Something that is used up counts once, until there was room again. */
    private boolean full(Seen seen, Limit limit, boolean full, Slot slot) throws IOException {
        return !Boolean.valueOf(full).equals(seen.full.put(limit, full))
                && full
                && note(seen, limit, count(seen, limit) + 1, slot);
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

    /** A sandbox is about to be launched, which counts from nothing. */
    void begin(Slot slot) throws IOException {
        Files.deleteIfExists(file(slot));
        Seen fresh = new Seen();
        fresh.watched = true;
        seen.put(slot.number(), fresh);
    }

    void forget(Slot slot) throws IOException {
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
