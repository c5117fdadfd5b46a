package org.cloister.manager.recording;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What is known of a recording beside its file. */
@Entity
public class Recording extends PanacheEntityBase {

    public enum Ending {
        /** To the end of the session. */
        WHOLE,
        /** It grew too large, and the session went on without it. */
        TRUNCATED,
        /** The manager ended first, or could not write on. */
        CUT
    }

    /** The session's, in the order of time. */
    @Id
    public UUID id;

    @Column(name = "tenant_id")
    public UUID tenantId;

    /** Inside the tenant. */
    @Column(name = "user_inside")
    public String user;

    /** Of the key. */
    public String fingerprint;

    /** Whose terminal in a page it was; null over SSH, where there is a key. */
    public String account;

    /** Where the client was. */
    public String address;

    /** As {@link org.cloister.manager.session.Runs} shows it; null for a shell. */
    public String command;

    @Column(name = "started_at")
    public Instant startedAt;

    @Column(name = "ended_at")
    public Instant endedAt;

    /** Null while it goes on. */
    @Enumerated(EnumType.STRING)
    public Ending ending;

    /** The size of its file; 0 while it goes on. */
    public long bytes;

    static Optional<Recording> of(UUID tenant, UUID id) {
        return find("tenantId = ?1 and id = ?2", tenant, id).firstResultOptional();
    }

    /** The newest first. */
    static List<Recording> of(UUID tenant) {
        return list("tenantId = ?1 order by startedAt desc", tenant);
    }

    static Optional<Recording> oldestEnded(UUID tenant) {
        return find("tenantId = ?1 and endedAt is not null order by startedAt", tenant)
                .page(0, 1)
                .firstResultOptional();
    }

    static List<Recording> goingOn() {
        return list("endedAt is null");
    }
}
