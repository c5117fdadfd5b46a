package org.cloister.manager.tenant;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.key.StoredKey;

/** A public key that logs in to one tenant. */
@Entity
@Table(name = "ssh_key")
public class SshKey extends StoredKey {

    @Column(name = "tenant_id")
    public UUID tenantId;

    public static List<SshKey> of(Tenant tenant) {
        return list("tenantId = ?1 order by createdAt, fingerprint", tenant.id);
    }
}
