package org.cloister.manager.right;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import jakarta.inject.Inject;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;

/**
 * Streams that somebody follows who was known when they began. Who that is is asked again when a session, a token or an
 * account ended, and now and then, since what runs out says nothing. A stream whose caller is not who it was ends.
 */
@ApplicationScoped
public class Streams {

    private static final Logger LOG = Logger.getLogger(Streams.class);

    /** Items that a follower may be behind. */
    private static final int BEHIND = 1_000;

    private record Open(Caller caller, Standing standing, Runnable end) {

        boolean mayStay() {
            return standing.now().filter(caller::equals).isPresent();
        }
    }

    @Inject
    SecurityIdentity identity;

    private final Set<Open> streams = ConcurrentHashMap.newKeySet();
    private final ExecutorService asker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("streams").factory());

    /** That stream, for as long as whoever sends this request is who they are. */
    public <T> Multi<T> whileKnown(Multi<T> stream) {
        Caller caller = Caller.of(identity);
        Standing standing = identity.getAttribute(Standing.ATTRIBUTE);
        return Multi.createFrom()
                .emitter(
                        emitter -> {
                            Open open = new Open(caller, standing, emitter::complete);
                            streams.add(open);
                            Cancellable followed =
                                    stream.subscribe().with(emitter::emit, emitter::fail, emitter::complete);
                            emitter.onTermination(() -> {
                                streams.remove(open);
                                followed.cancel();
                            });
                            recheckSoon(); // it may have ended before it could be found here
                        },
                        BEHIND);
    }

    void changed(@Observes(during = TransactionPhase.AFTER_SUCCESS) StandingChanged change) {
        recheckSoon();
    }

    @Scheduled(every = "20s", delayed = "20s")
    void recheckSoon() {
        if (streams.isEmpty()) return;
        try {
            asker.execute(this::recheck); // not within the transaction that is just over
        } catch (RejectedExecutionException e) {
            LOG.debug("the manager ends", e);
        }
    }

    private void recheck() {
        for (Open open : streams)
            try {
                if (!open.mayStay()) open.end().run();
            } catch (RuntimeException e) { // the database being away takes nobody's right
                LOG.warnf("who follows a stream could not be asked again: %s", e.getMessage());
            }
    }

    @PreDestroy
    void stop() {
        asker.shutdown();
    }
}
