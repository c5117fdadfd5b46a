package org.cloister.manager.tenant;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.cloister.manager.plan.LimitsColumn;
import org.cloister.manager.plan.Plan;
import org.cloister.manager.right.Caller;
import org.cloister.manager.right.Rights;
import org.cloister.manager.right.Role;
import org.cloister.protocol.Limits;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;
import org.hibernate.annotations.ColumnTransformer;

/** A tenant: what it should be ({@link #desired}, limits, profile, generation) and what was last seen of it ({@link #state}). */
@Entity
public class Tenant extends PanacheEntityBase {

    /** What was last seen, or what is being done about it. */
    public enum State {
        CREATING,
        STOPPED,
        STARTING,
        RUNNING,
        STOPPING,
        FROZEN,
        FAILED,
        DELETING;

        /** The word in the API and on pages. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Id
    public UUID id;

    public String name;

    public int slot;

    /** The name of the plan whose limits it was last given. */
    public String plan;

    public String template;

    @Enumerated(EnumType.STRING)
    public TenantSpec.Desired desired;

    @Enumerated(EnumType.STRING)
    public State state;

    /** Why the last change did not succeed, one sentence; null when it did. */
    public String failure;

    public int generation;

    @Column(columnDefinition = "jsonb")
    @Convert(converter = LimitsColumn.class)
    @ColumnTransformer(read = "limits::text", write = "?::jsonb")
    public Limits limits;

    /** Of its plan, when it was last given one. */
    @Enumerated(EnumType.STRING)
    public TenantSpec.Profile profile;

    /** Of its plan likewise: whether sessions on a terminal are recorded. */
    public boolean recording;

    /** Whether admins may open terminals in it; its own people say so ({@link Tenants#letAdmins}). */
    @Column(name = "admin_terminals")
    public boolean adminTerminals;

    /** Of its plan likewise. */
    @Enumerated(EnumType.STRING)
    @Column(name = "on_failed_audit")
    public Plan.OnFailedAudit onFailedAudit;

    @Column(name = "uid_range", columnDefinition = "int8range", updatable = false)
    @ColumnTransformer(read = "uid_range::text", write = "?::int8range")
    public String uidRange;

    @Column(columnDefinition = "inet", updatable = false)
    @ColumnTransformer(read = "host(address4)", write = "?::inet")
    public String address4;

    @Column(columnDefinition = "inet", updatable = false)
    @ColumnTransformer(read = "host(address6)", write = "?::inet")
    public String address6;

    @Column(name = "created_at", updatable = false)
    public Instant createdAt;

    public static Optional<Tenant> named(String name) {
        return find("name", name).firstResultOptional();
    }

    public static List<Tenant> all() {
        return list("order by name");
    }

    /** Tenants in the order of their names, from the first after that name on; null for the beginning. */
    static List<Tenant> page(String after, int limit) {
        return find("name > ?1 order by name", after == null ? "" : after)
                .page(0, limit)
                .list();
    }

    /** Whether somebody may open a terminal in it: by the table of rights and, for an admin, by its own people's word. */
    public boolean mayHaveTerminal(Caller caller) {
        return caller != null
                && Rights.mayOpen(caller, "/tenants/" + name + "/terminal/stream")
                && (caller.role() != Role.ADMIN || adminTerminals);
    }

    /** The first uid of its range on the host; {@link Slot#IDS} follow. */
    public long firstUid() {
        return new Slot(slot).firstUid();
    }

    void place(Slot place) {
        slot = place.number();
        uidRange = "[" + place.firstUid() + "," + (place.firstUid() + Slot.IDS) + ")";
        address4 = place.address4();
        address6 = place.address6();
    }

    TenantSpec spec() {
        return new TenantSpec(id, slot, name, template, desired, generation, limits, profile);
    }
}
