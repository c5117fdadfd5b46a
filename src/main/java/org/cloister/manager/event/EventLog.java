package org.cloister.manager.event;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Instant;

/** Writes events. Within a transaction the event is stored with it or not at all; without one, at once. */
@ApplicationScoped
public class EventLog {

    @Inject
    jakarta.enterprise.event.Event<EventRecorded> recorded;

    /**
     * @param actor who did it: "admin", a tenant's name, or "cloister"
     * @param kind dotted words, "tenant.created"
     * @param tenant the name of the tenant it concerns, or null
     * @param sentence for people; never a secret, never a whole key
     */
    @Transactional
    public void record(String actor, String kind, String tenant, String sentence) {
        record(actor, kind, tenant, sentence, null);
    }

    /** @param link the path of the page that tells it in full; null where the sentence does */
    @Transactional
    public void record(String actor, String kind, String tenant, String sentence, String link) {
        Event event = new Event();
        event.at = Instant.now();
        event.actor = actor;
        event.kind = kind;
        event.tenant = tenant;
        event.sentence = sentence;
        event.link = link;
        event.persist();
        recorded.fire(new EventRecorded(event.id, kind));
    }
}
