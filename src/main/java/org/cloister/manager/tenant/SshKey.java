package org.cloister.manager.tenant;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.key.KeyOptions;

/** A public key that logs in to one tenant. */
@Entity
@Table(name = "ssh_key")
public class SshKey extends PanacheEntityBase {

    @Id
    public UUID id;

    @Column(name = "tenant_id")
    public UUID tenantId;

    /** As ssh-keygen -l prints it: "SHA256:" and 43 characters. */
    public String fingerprint;

    /** "ssh-ed25519" and the like. */
    public String type;

    /** The key in base64, as in authorized_keys. */
    public String blob;

    /** What stood behind the key in the paste; empty if nothing did. */
    public String comment;

    /** What stood before the key, as {@link KeyOptions#text} writes it; empty if nothing did. */
    public String options;

    @Column(name = "created_at")
    public Instant createdAt;

    /** @throws org.cloister.manager.problem.Refusal they cannot be read, so that the key must let nobody in */
    public KeyOptions options() {
        return KeyOptions.parse(options);
    }

    public static List<SshKey> of(Tenant tenant) {
        return list("tenantId = ?1 order by createdAt, fingerprint", tenant.id);
    }
}
