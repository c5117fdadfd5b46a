package org.cloister.manager.authority;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** A certificate that no longer logs in: of one authority, by its number or by what the authority calls it. */
@Entity
public class Revocation extends PanacheEntityBase {

    @Id
    public UUID id;

    /** The fingerprint of the key that signed it. */
    public String authority;

    /** Unsigned, 64 bits; null where the name counts. */
    @Column(columnDefinition = "numeric(20)")
    public BigInteger serial;

    /** Null where the number counts. */
    @Column(name = "key_id")
    public String keyId;

    @Column(name = "created_at")
    public Instant createdAt;

    /** The number as a certificate holds it; null where the name counts. */
    public Long serialBits() {
        return serial == null ? null : Long.valueOf(serial.longValue());
    }

    /** For people. */
    public String words() {
        return serial != null ? "number " + serial : "\"" + keyId + "\"";
    }

    static List<Revocation> all() {
        return list("order by createdAt, id");
    }
}
