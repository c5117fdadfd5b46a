package org.cloister.manager.event;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.MultiEmitter;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.cloister.manager.problem.Refusal;
import org.jboss.logging.Logger;

/**
 * Tells followers of events in the order of their seals: that one has no gaps, while a transaction may commit an event
 * after others with higher ids. One thread reads for all. A follower who reads too slowly is cut off, and goes on where it
 * was when it comes back.
 */
@ApplicationScoped
class EventStream {

    private static final Logger LOG = Logger.getLogger(EventStream.class);
    private static final int MOST_FOLLOWERS = 64;
    private static final int AT_ONCE = 200;

    /** Events that a follower may be behind. */
    private static final int BEHIND = 1_000;

    private static final String AFTER = """
            select s.sequence, e.id, e.at, e.actor, e.kind, e.tenant, e.sentence, e.link
              from event_seal s join event e on e.id = s.event_id
             where s.sequence > ? order by s.sequence limit ?""";

    @Inject
    DataSource database;

    private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean awaited = new AtomicBoolean();
    private final ExecutorService reader = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("event-stream").factory());

    /**
     * @param sequence of the seal that was told last
     * @param event null where there is only the number: at the beginning, and now and then so that both ends know of each
     *     other
     */
    record Told(long sequence, EventResource.EventView event) {}

    private static final class Follower {

        final String tenant;
        final MultiEmitter<? super Told> emitter;
        long seen;

        Follower(String tenant, long seen, MultiEmitter<? super Told> emitter) {
            this.tenant = tenant;
            this.seen = seen;
            this.emitter = emitter;
        }
    }

    /**
     * Events from now on, or since one that was seen.
     *
     * @param tenant whose alone; null for everyone's
     * @param seen number of the last seal that was seen; null to begin now
     */
    Multi<Told> follow(String tenant, Long seen) {
        if (followers.size() >= MOST_FOLLOWERS)
            throw Refusal.later("Too many programs follow the events already; read them with after= instead.");
        long from = seen == null ? last() : seen;
        return Multi.createFrom()
                .<Told>emitter(
                        emitter -> {
                            Follower follower = new Follower(tenant, from, emitter);
                            emitter.onTermination(() -> followers.remove(follower));
                            breathe(follower); // it knows where to go on, should this break before the first event
                            followers.add(follower);
                            wake();
                        },
                        BEHIND);
    }

    void wake(@Observes(during = TransactionPhase.AFTER_SUCCESS) EventRecorded recorded) {
        if (!followers.isEmpty()) wake();
    }

    private void wake() {
        if (!awaited.compareAndSet(false, true)) return;
        try {
            reader.execute(this::tellAll);
        } catch (RejectedExecutionException e) {
            LOG.debug("the manager ends", e);
        }
    }

    private void tellAll() {
        awaited.set(false);
        for (Follower follower : followers)
            try {
                tell(follower);
            } catch (SQLException e) {
                follower.emitter.fail(e);
            }
    }

    private void tell(Follower follower) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement select = connection.prepareStatement(AFTER)) {
            int count = AT_ONCE;
            while (count == AT_ONCE && followers.contains(follower)) {
                select.setLong(1, follower.seen);
                select.setInt(2, AT_ONCE);
                count = 0;
                try (ResultSet rows = select.executeQuery()) {
                    for (; rows.next(); count++) {
                        follower.seen = rows.getLong(1);
                        EventResource.EventView event = event(rows);
                        if (follower.tenant == null || follower.tenant.equals(event.tenant()))
                            follower.emitter.emit(new Told(follower.seen, event));
                    }
                }
            }
        }
    }

    private static EventResource.EventView event(ResultSet row) throws SQLException {
        return new EventResource.EventView(
                row.getLong(2),
                row.getObject(3, OffsetDateTime.class).toInstant(),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8));
    }

    private long last() {
        try (Connection connection = database.getConnection();
                PreparedStatement select =
                        connection.prepareStatement("select coalesce(max(sequence), 0) from event_seal");
                ResultSet row = select.executeQuery()) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Scheduled(every = "20s")
    void breathe() {
        if (!followers.isEmpty()) reader.execute(() -> followers.forEach(EventStream::breathe));
    }

    private static void breathe(Follower follower) {
        follower.emitter.emit(new Told(follower.seen, null));
    }

    @PreDestroy
    void stop() {
        reader.shutdown();
    }
}
