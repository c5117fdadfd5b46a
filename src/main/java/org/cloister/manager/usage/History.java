package org.cloister.manager.usage;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.cloister.protocol.Limit;
import org.jboss.logging.Logger;

/** Keeps samples: those of the last hour at hand, all in the database, where they are thinned as they age. */
@ApplicationScoped
public class History {

    /** What is sampled. The order is that of the database's arrays: append, never insert. */
    public static final List<Limit> LIMITS = List.of(
            Limit.CPU,
            Limit.MEMORY,
            Limit.PROCESSES,
            Limit.DISK,
            Limit.IO_READ,
            Limit.IO_WRITE,
            Limit.RECEIVE,
            Limit.SEND);

    private static final Logger LOG = Logger.getLogger(History.class);
    private static final int MINUTE = 60;
    private static final int AT_HAND = 60;

    /** Looks that come sooner than this after a sample make none. */
    private static final Duration LEAST = Duration.ofSeconds(45);

    /** From one step to the next, and how long samples of a step are kept. */
    private record Thinning(int from, int to) {}

    private static final List<Thinning> THINNINGS =
            List.of(new Thinning(60, 600), new Thinning(600, 7200), new Thinning(7200, 86400));

    private static final Map<Integer, Duration> KEPT = Map.of(
            60, Duration.ofHours(3),
            600, Duration.ofDays(3),
            7200, Duration.ofDays(62),
            86400, Duration.ofDays(731));

    private static final String GATHER = """
            insert into usage_sample (tenant_id, step, at, mean, peak)
            select tenant_id, ?, bin, array_agg(m order by i), array_agg(p order by i)
              from (select tenant_id, date_bin(make_interval(secs => ?), at, timestamptz 'epoch') as bin, i,
                           avg(m) as m, max(p) as p
                      from usage_sample, unnest(mean, peak) with ordinality as one(m, p, i)
                     where step = ? and at >= date_bin(make_interval(secs => ?), now(), timestamptz 'epoch')
                                              - make_interval(secs => ?)
                     group by 1, 2, 3) each
             where bin < date_bin(make_interval(secs => ?), now(), timestamptz 'epoch')
             group by tenant_id, bin
            on conflict do nothing""";

    @Inject
    DataSource database;

    /** The last reading of a tenant's counters. */
    private record Reading(long nanos, double[] counted) {}

    private final Map<UUID, Reading> readings = new ConcurrentHashMap<>();
    private volatile boolean gathered;
    private final Map<UUID, Deque<Sample>> lately = new ConcurrentHashMap<>();

    /**
     * Takes a look at a tenant's counters in, and makes a sample of it when a minute is over.
     *
     * @param counted in the order of {@link #LIMITS}; CPU in microseconds, rates as sums since the launch
     */
    public void note(UUID tenant, double[] counted) {
        long now = System.nanoTime();
        Reading last = readings.get(tenant);
        if (last != null && now - last.nanos() < LEAST.toNanos()) return;
        readings.put(tenant, new Reading(now, counted));
        if (last == null) lately.computeIfAbsent(tenant, this::readLately);
        float[] used = last == null ? null : Rates.between(last.counted(), counted, (now - last.nanos()) / 1e9);
        if (used != null) keep(tenant, new Sample(Instant.now(), used, used));
    }

    /** Forgets what is at hand of whoever does not run any more; the database keeps it. */
    public void retain(Collection<UUID> running) {
        readings.keySet().retainAll(running);
        lately.keySet().retainAll(running);
    }

    private void keep(UUID tenant, Sample sample) {
        Deque<Sample> hour = lately.computeIfAbsent(tenant, this::readLately);
        synchronized (hour) {
            hour.addLast(sample);
            while (hour.size() > AT_HAND) hour.removeFirst();
        }
        try (Connection connection = database.getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "insert into usage_sample (tenant_id, step, at, mean, peak) values (?, ?, ?, ?, ?)"
                                + " on conflict do nothing")) {
            insert.setObject(1, tenant);
            insert.setInt(2, MINUTE);
            insert.setObject(3, sample.at().atOffset(ZoneOffset.UTC));
            Array values = connection.createArrayOf("float4", boxed(sample.mean()));
            insert.setArray(4, values);
            insert.setArray(5, values);
            insert.executeUpdate();
        } catch (SQLException e) {
            LOG.warnf("a sample of a tenant's use is lost: %s", e.getMessage()); // its tenant may just be gone
        }
    }

    /** Samples of the last hour, the oldest first; without the database but for the first time. */
    List<Sample> lately(UUID tenant) {
        return recent(lately.computeIfAbsent(tenant, this::readLately));
    }

    /** The same without the database: empty for a tenant that was not sampled since it or the manager was started. */
    List<Sample> atHand(UUID tenant) {
        Deque<Sample> hour = lately.get(tenant);
        return hour == null ? List.of() : recent(hour);
    }

    private static List<Sample> recent(Deque<Sample> hour) {
        synchronized (hour) {
            Instant since = Instant.now().minus(Span.HOUR.back());
            return hour.stream().filter(sample -> sample.at().isAfter(since)).toList();
        }
    }

    private Deque<Sample> readLately(UUID tenant) {
        Instant now = Instant.now();
        return new ArrayDeque<>(read(tenant, MINUTE, now.minus(Span.HOUR.back()), now));
    }

    /** @param step one that is stored */
    List<Sample> read(UUID tenant, int step, Instant from, Instant to) {
        List<Sample> samples = new ArrayList<>();
        try (Connection connection = database.getConnection();
                PreparedStatement select = connection.prepareStatement(
                        "select at, mean, peak from usage_sample where tenant_id = ? and step = ? and at >= ? and at < ?"
                                + " order by at")) {
            select.setObject(1, tenant);
            select.setInt(2, step);
            select.setObject(3, from.atOffset(ZoneOffset.UTC));
            select.setObject(4, to.atOffset(ZoneOffset.UTC));
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next())
                    samples.add(new Sample(
                            rows.getObject(1, OffsetDateTime.class).toInstant(),
                            floats(rows.getArray(2)),
                            floats(rows.getArray(3))));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return samples;
    }

    /** Gathers what is complete into longer steps, and drops what is old. */
    @Scheduled(every = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void thin() {
        QuarkusTransaction.requiringNew().run(() -> {
            try (Connection connection = database.getConnection()) {
                for (Thinning thinning : THINNINGS) gather(connection, thinning);
                gathered = true;
                for (var kept : KEPT.entrySet())
                    try (PreparedStatement delete =
                            connection.prepareStatement("delete from usage_sample where step = ? and at < ?")) {
                        delete.setInt(1, kept.getKey());
                        delete.setObject(2, Instant.now().minus(kept.getValue()).atOffset(ZoneOffset.UTC));
                        delete.executeUpdate();
                    }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** At the first time of all that there is, for a manager that was away while a step became complete. */
    private void gather(Connection connection, Thinning thinning) throws SQLException {
        long back = gathered ? 2L * thinning.to() : KEPT.get(thinning.from()).toSeconds();
        try (PreparedStatement gather = connection.prepareStatement(GATHER)) {
            gather.setInt(1, thinning.to());
            gather.setInt(2, thinning.to());
            gather.setInt(3, thinning.from());
            gather.setInt(4, thinning.to());
            gather.setLong(5, back / thinning.to() * thinning.to());
            gather.setInt(6, thinning.to());
            gather.executeUpdate();
        }
    }

    private static Float[] boxed(float[] values) {
        Float[] boxed = new Float[values.length];
        for (int i = 0; i < values.length; i++) boxed[i] = values[i];
        return boxed;
    }

    private static float[] floats(Array array) throws SQLException {
        Float[] boxed = (Float[]) array.getArray();
        float[] values = new float[boxed.length];
        for (int i = 0; i < values.length; i++) values[i] = boxed[i];
        return values;
    }
}
