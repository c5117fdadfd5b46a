package org.cloister.manager.account;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.cloister.manager.right.Caller;
import org.cloister.manager.right.Role;
import org.hibernate.annotations.Formula;

/** Somebody who signs in. The one called {@link #ROOT} is whoever is root on the machine, and is always there. */
@Entity
public class Account extends PanacheEntityBase {

    public static final String ROOT = "admin";

    @Id
    public UUID id;

    public String name;

    @Convert(converter = RoleColumn.class)
    public Role role;

    /** Exactly where the role is {@link Role#TENANT}. */
    @Column(name = "tenant_id")
    public UUID tenantId;

    /** That tenant's name; null where there is none. */
    @Formula("(select t.name from tenant t where t.id = tenant_id)")
    public String tenant;

    /** As {@link Password} writes it; null while there is none, and then nobody signs in by it. */
    public String password;

    /** The second factor's secret, sealed; null while there is none. */
    public byte[] factor;

    /** The time step of the last code that was taken: one code signs in once. */
    @Column(name = "factor_step")
    public long factorStep;

    /** How many there are; each signs in by itself. */
    @Formula("(select count(*) from passkey p where p.account_id = id)")
    public long passkeys;

    @Column(name = "created_at")
    public Instant createdAt;

    static Optional<Account> named(String name) {
        return find("name", name).firstResultOptional();
    }

    static List<Account> inOrder() {
        return list("order by name");
    }

    /** Whether the password alone does not do. */
    boolean hasSecondFactor() {
        return factor != null || passkeys > 0;
    }

    Caller caller(boolean readOnly) {
        return new Caller(name, role, tenant, readOnly);
    }
}
