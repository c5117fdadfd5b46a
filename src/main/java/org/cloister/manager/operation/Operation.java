package org.cloister.manager.operation;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.UUID;
import org.cloister.protocol.Reply;

/** One piece of work and how far it is. */
@Entity
public class Operation extends PanacheEntityBase {

    @Id
    public UUID id;

    /** "tenant.create", "template.build", "audit.run" … */
    public String kind;

    @Column(name = "tenant_id")
    public UUID tenantId;

    /** The name of the tenant it concerns, or null. */
    public String tenant;

    /** What else it concerns: the suite of a template, the id of the audit report once there is one; or null. */
    public String subject;

    /** A word: "waiting", what the agent says ("template", "root", "ids", "network", "start"), "done" or "failed". */
    public String phase;

    public int percent;

    /** One short sentence. */
    public String message;

    public boolean done;

    /** The kind of failure; null while it runs and when it succeeded. */
    @Enumerated(EnumType.STRING)
    public Reply.Reason reason;

    /** Why it failed, one sentence; null while it runs and when it succeeded. */
    public String problem;

    @Column(name = "started_at")
    public Instant startedAt;

    @Column(name = "finished_at")
    public Instant finishedAt;
}
