package org.cloister.manager.plan;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;
import org.cloister.protocol.TenantSpec;
import org.hibernate.annotations.ColumnTransformer;

/** A named set of limits, and the profile under which its tenants run. */
@Entity
public class Plan extends PanacheEntityBase {

    private static final Comparator<Plan> BY_SIZE = Comparator.<Plan>comparingLong(plan -> plan.limits.of(Limit.MEMORY))
            .thenComparingLong(plan -> plan.limits.of(Limit.CPU))
            .thenComparing(plan -> plan.name);

    @Id
    public String name;

    public String summary;

    @Column(columnDefinition = "jsonb")
    @Convert(converter = LimitsColumn.class)
    @ColumnTransformer(read = "limits::text", write = "?::jsonb")
    public Limits limits;

    @Enumerated(EnumType.STRING)
    public TenantSpec.Profile profile;

    /** Whether its tenants' sessions on a terminal are recorded. */
    public boolean recording;

    /** What is done with a tenant that an audit found not isolated, besides saying so. */
    public enum OnFailedAudit {
        REPORT,
        FREEZE;

        /** The word in the API. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Enumerated(EnumType.STRING)
    @Column(name = "on_failed_audit")
    public OnFailedAudit onFailedAudit;

    @Column(name = "created_at")
    public Instant createdAt;

    public static Optional<Plan> named(String name) {
        return findByIdOptional(name);
    }

    /** From the smallest to the largest, as people look for one. */
    public static List<Plan> all() {
        return Plan.<Plan>streamAll().sorted(BY_SIZE).toList();
    }
}
