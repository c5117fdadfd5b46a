package org.cloister.manager.event;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.List;

/** The seals that the database puts on events: db/V19 says how, so that an outsider can do the same. */
@ApplicationScoped
public class EventChain {

    @Inject
    EntityManager database;

    /**
     * @param sequence of the last event, which is how many there are; 0 before the first
     * @param sha256 of its seal, lower-case hex; null before the first
     * @param brokenAt the first number that is not what it was sealed as; null where all are
     */
    public record State(long sequence, String sha256, Long brokenAt) {}

    /** The number of the last event and its seal, as one writes them down: {@code 12:ab…}; null before the first. */
    @Transactional
    public String head() {
        List<?> last = database.createNativeQuery(
                        "select sequence || ':' || encode(sha256, 'hex') from event_seal order by sequence desc limit 1",
                        String.class)
                .getResultList();
        return last.isEmpty() ? null : (String) last.getFirst();
    }

    /** Computes every seal anew: about a second for each hundred thousand events. */
    @Transactional
    public State check() {
        String head = head();
        Number broken = (Number) database.createNativeQuery("select event_chain_break()", Long.class)
                .getSingleResult();
        return new State(
                head == null ? 0 : Long.parseLong(head.replaceFirst(":.*", "")),
                head == null ? null : head.replaceFirst(".*:", ""),
                broken == null ? null : broken.longValue());
    }
}
