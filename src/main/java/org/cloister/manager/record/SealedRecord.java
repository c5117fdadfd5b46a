package org.cloister.manager.record;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

/** A record of another kind than an audit, as it was sealed. */
@Entity
@Table(name = "sealed_record")
class SealedRecord extends PanacheEntityBase {

    @Id
    public UUID id;

    public long sequence;

    /** One word of its schema: deletion, reading, key. */
    public String kind;

    public String sha256;

    public Instant at;

    /** JSON in UTF-8, byte for byte. */
    public byte[] document;

    public String signature;
}
