package org.cloister.manager.record;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Basic;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.Immutable;

/** A record of the chain, of whatever kind: a line of the view over all of them. */
@Entity
@Immutable
@Table(name = "chain")
public class ChainEntry extends PanacheEntityBase {

    @Id
    public long sequence;

    public String kind;

    public UUID id;

    public String sha256;

    public Instant at;

    /** JSON in UTF-8, byte for byte. Read only when it is asked for. */
    @Basic(fetch = FetchType.LAZY)
    public byte[] document;

    @Basic(fetch = FetchType.LAZY)
    public String signature;

    /** The last one of which is known; empty before the first. */
    public static Optional<ChainEntry> head() {
        return find("order by sequence desc").page(0, 1).firstResultOptional();
    }

    /** As it is noted down elsewhere: number, colon, hash. */
    public String noted() {
        return sequence + ":" + sha256;
    }

    /**
     * In the order of the chain.
     *
     * @param kind null for every kind
     */
    static List<ChainEntry> page(long after, String kind, int limit) {
        return (kind == null
                        ? ChainEntry.<ChainEntry>find("sequence > ?1 order by sequence", after)
                        : ChainEntry.<ChainEntry>find("sequence > ?1 and kind = ?2 order by sequence", after, kind))
                .page(0, limit)
                .list();
    }

    /** The record of that kind and id. */
    public static Optional<ChainEntry> named(String kind, UUID id) {
        return find("kind = ?1 and id = ?2", kind, id).firstResultOptional();
    }

    /** Of one kind the newest first, from the one before that id on; null for the beginning. */
    public static List<ChainEntry> latest(String kind, UUID after, int limit) {
        long before = after == null
                ? Long.MAX_VALUE
                : named(kind, after).map(entry -> entry.sequence).orElse(0L);
        return ChainEntry.<ChainEntry>find("kind = ?1 and sequence < ?2 order by sequence desc", kind, before)
                .page(0, limit)
                .list();
    }

    /** The newest first, from the one before that number on. */
    static List<ChainEntry> before(long sequence, int limit) {
        return find("sequence < ?1 order by sequence desc", sequence)
                .page(0, limit)
                .list();
    }
}
