package org.cloister.manager.audit;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Basic;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A report of the isolation proof, with the few facts that lists need beside the document. */
@Entity
@Table(name = "audit_report")
public class AuditReport extends PanacheEntityBase {

    @Id
    public UUID id;

    /** passed, failed or void */
    public String verdict;

    public int passed;

    public int failed;

    @Column(name = "void")
    public int voided;

    @Column(name = "not_applicable")
    public int inapplicable;

    @Column(name = "started_at")
    public Instant startedAt;

    @Column(name = "finished_at")
    public Instant finishedAt;

    /** Whose row and column alone it is of, the names with a space between; null where it is of all tenants. */
    public String focus;

    /** Its place in the chain of reports; null for one of before there was a chain. */
    public Long sequence;

    /** Of the document, in hexadecimal: what the next report names as the one before it. */
    public String sha256;

    /** As {@code ssh-keygen -Y sign} writes it; null as the sequence is. */
    public String signature;

    /** JSON in UTF-8: the agent's report as it was written down once; served byte for byte from here on. Read only when it is asked for. */
    @Basic(fetch = FetchType.LAZY)
    public byte[] document;

    List<String> focus() {
        return focus == null ? List.of() : List.of(focus.split(" "));
    }

    /** The one that was made before this one. */
    Optional<AuditReport> before() {
        return find("startedAt < ?1 order by startedAt desc", startedAt).firstResultOptional();
    }

    public static Optional<AuditReport> latest() {
        return find("order by startedAt desc").firstResultOptional();
    }

    static Optional<AuditReport> latestWhole() {
        return find("focus is null order by startedAt desc").firstResultOptional();
    }

    /** The latest first, from the first older than that report on; null for the beginning. */
    static List<AuditReport> page(UUID after, int limit) {
        if (after == null)
            return find("order by startedAt desc, id").page(0, limit).list();
        return find(
                        "startedAt < (select r.startedAt from AuditReport r where r.id = ?1) order by startedAt desc, id",
                        after)
                .page(0, limit)
                .list();
    }

    /** The latest first. */
    public static List<AuditReport> all() {
        return list("order by startedAt desc");
    }
}
