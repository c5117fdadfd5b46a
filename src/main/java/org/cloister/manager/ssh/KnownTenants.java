package org.cloister.manager.ssh;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import java.util.Map;
import java.util.Optional;
import org.cloister.manager.tenant.AccessChanged;
import org.jboss.logging.Logger;

/**
 * All tenants and keys, kept in memory: a database that is slow or away must not hold up the network threads, on which
 * everybody's sessions live. Read again after each change and once a minute; who is let in by it is checked in the
 * database at once ({@link Connections}). What cannot be read lets nobody in.
 */
@ApplicationScoped
class KnownTenants implements TenantDirectory {

    private static final Logger LOG = Logger.getLogger(KnownTenants.class);

    private final StoredTenants stored;
    private volatile Map<String, Entry> known = Map.of();
    private volatile Runnable afterRead = () -> {};

    KnownTenants(StoredTenants stored) {
        this.stored = stored;
    }

    @Override
    public Optional<Entry> named(String name) {
        return Optional.ofNullable(known.get(name));
    }

    /** @param task runs each time that what is known was read anew */
    void afterRead(Runnable task) {
        afterRead = task;
    }

    void start(@Observes @Priority(20) StartupEvent start) {
        read();
    }

    void changed(@Observes(during = TransactionPhase.AFTER_SUCCESS) AccessChanged change) {
        read();
    }

    /** One at a time: of two changes the later reader sees both. */
    @Scheduled(every = "60s", delayed = "60s")
    synchronized void read() {
        try {
            known = stored.all();
        } catch (RuntimeException e) {
            known = Map.of();
            LOG.errorf("nobody can log in: %s", e.getMessage());
            return; // who is in stays: the database being away takes nobody's key
        }
        afterRead.run();
    }
}
