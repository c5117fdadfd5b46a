package org.cloister.manager.event;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.List;

/** One line of the log. */
@Entity
public class Event extends PanacheEntityBase {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    public Long id;

    public Instant at;

    /** "admin", "alice" over SSH, or "cloister" for what the program did by itself. */
    public String actor;

    /** Dotted words: "tenant.created", "ssh.refused". */
    public String kind;

    /** The tenant's name, or null. */
    public String tenant;

    public String sentence;

    /** The path of the page that tells it in full; null where the sentence does. */
    public String link;

    /** The newest events, the newest first. */
    public static List<Event> latest(int limit) {
        return find("order by id desc").page(0, limit).list();
    }

    /** The newest events of one tenant, the newest first. */
    static List<Event> latest(String tenant, int limit) {
        return find("tenant = ?1 order by id desc", tenant).page(0, limit).list();
    }

    /** Those alone since it was made: an earlier one of the same name was somebody else's. */
    public static List<Event> latest(String tenant, Instant since, int limit) {
        return find("tenant = ?1 and at >= ?2 order by id desc", tenant, since)
                .page(0, limit)
                .list();
    }

    /**
     * A page of the log in its own order.
     *
     * @param tenant null for everyone's
     * @param after the id before the first; null for the last page
     */
    static List<Event> page(String tenant, Long after, int limit) {
        if (after != null && tenant != null)
            return find("tenant = ?1 and id > ?2 order by id", tenant, after)
                    .page(0, limit)
                    .list();
        if (after != null)
            return find("id > ?1 order by id", after).page(0, limit).list();
        List<Event> latest = tenant == null ? latest(limit) : latest(tenant, limit);
        return latest.reversed();
    }
}
