package org.cloister.manager.key;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Id;
import jakarta.persistence.MappedSuperclass;
import java.time.Instant;
import java.util.UUID;

/** A {@link PublicKey} as a row of a table has it, whatever it is trusted with there. */
@MappedSuperclass
public abstract class StoredKey extends PanacheEntityBase {

    @Id
    public UUID id;

    /** As ssh-keygen -l prints it: "SHA256:" and 43 characters. */
    public String fingerprint;

    /** "ssh-ed25519" and the like. */
    public String type;

    /** The key in base64, as in authorized_keys. */
    public String blob;

    /** What stood behind the key in the paste; empty if nothing did. */
    public String comment;

    /** What stands before the key, as {@link KeyOptions#text} writes it; empty if nothing does. */
    public String options;

    @Column(name = "created_at")
    public Instant createdAt;

    /** Makes this the row of a key that is added now. */
    public void take(PublicKey key, KeyOptions before) {
        id = UUID.randomUUID();
        fingerprint = key.fingerprint();
        type = key.type();
        blob = key.blob();
        comment = key.comment();
        options = before.text();
        createdAt = Instant.now();
    }

    /** @throws org.cloister.manager.problem.Refusal they cannot be read, so that the key must let nobody in */
    public KeyOptions readOptions() {
        return KeyOptions.parse(options);
    }
}
