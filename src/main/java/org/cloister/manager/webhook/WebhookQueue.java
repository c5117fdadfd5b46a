package org.cloister.manager.webhook;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.Optional;
import org.cloister.manager.event.Event;
import org.cloister.manager.event.EventRecorded;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** What is still to be posted: each event from the transaction that it is stored in until its receiver has it. */
@ApplicationScoped
class WebhookQueue {

    private static final Logger LOG = Logger.getLogger(WebhookQueue.class);

    @Inject
    EntityManager database;

    private final Optional<WebhookTarget> target;

    WebhookQueue(
            @ConfigProperty(name = "cloister.webhook") String url,
            @ConfigProperty(name = "cloister.webhook-events") String kinds) {
        this.target = WebhookTarget.parse(url, kinds);
    }

    Optional<WebhookTarget> target() {
        return target;
    }

    /** What waited for a receiver that is none any more is nobody's. */
    void start(@Observes StartupEvent start) {
        if (target.isPresent()) return;
        int left = change("delete from webhook_event", null);
        if (left > 0) LOG.infof("there is no webhook any more; %d events were not posted", left);
    }

    void add(@Observes EventRecorded recorded) {
        if (target.isPresent() && target.get().wants(recorded.kind()))
            change("insert into webhook_event (event) values (:at)", recorded.id());
    }

    /** The oldest. */
    Optional<Event> next() {
        return QuarkusTransaction.joiningExisting()
                .call(() -> database.createNativeQuery(
                                "select e.* from webhook_event w join event e on e.id = w.event order by w.event limit 1",
                                Event.class)
                        .getResultStream()
                        .map(Event.class::cast)
                        .findFirst());
    }

    void received(Event event) {
        change("delete from webhook_event where event = :at", event.id);
    }

    /** @return how many were given up */
    int forget(Instant before) {
        return change("delete from webhook_event w using event e where e.id = w.event and e.at < :at", before);
    }

    long waiting() {
        return QuarkusTransaction.joiningExisting()
                .call(() -> ((Number) database.createNativeQuery("select count(*) from webhook_event")
                                .getSingleResult())
                        .longValue());
    }

    private int change(String statement, Object at) {
        return QuarkusTransaction.joiningExisting().call(() -> {
            var query = database.createNativeQuery(statement);
            if (at != null) query.setParameter("at", at);
            return query.executeUpdate();
        });
    }
}
