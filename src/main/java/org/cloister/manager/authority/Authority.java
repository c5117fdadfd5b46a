package org.cloister.manager.authority;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.key.KeyOptions;

/** A key whose certificates log in to every tenant that they are made out to. */
@Entity
public class Authority extends PanacheEntityBase {

    @Id
    public UUID id;

    /** As ssh-keygen -l prints it: "SHA256:" and 43 characters. */
    public String fingerprint;

    /** "ssh-ed25519" and the like. */
    public String type;

    /** The key in base64. */
    public String blob;

    /** What stood behind the key in the paste; empty if nothing did. */
    public String comment;

    /** As {@link KeyOptions#text} writes it; cert-authority is always among them. */
    public String options;

    @Column(name = "created_at")
    public Instant createdAt;

    /** @throws org.cloister.manager.problem.Refusal they cannot be read, so that the key must let nobody in */
    public KeyOptions readOptions() {
        return KeyOptions.parse(options);
    }

    static List<Authority> all() {
        return list("order by createdAt, fingerprint");
    }
}
