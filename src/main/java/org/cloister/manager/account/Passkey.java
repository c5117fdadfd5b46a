package org.cloister.manager.account;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The public half of what an authenticator signs with. */
@Entity
public class Passkey extends PanacheEntityBase {

    @Id
    public UUID id;

    @Column(name = "account_id")
    public UUID accountId;

    /** Which device it is on, in its owner's words. */
    public String name;

    /** As the authenticator knows it again. */
    @Column(name = "credential_id")
    public byte[] credentialId;

    /** SubjectPublicKeyInfo (RFC 5280, 4.1.2.7). */
    @Column(name = "public_key")
    public byte[] publicKey;

    /** As COSE numbers it (RFC 9053): one of {@link WebAuthn#ALGORITHMS}. */
    public int algorithm;

    /** How often it had signed when it last did; 0 where the authenticator does not count. */
    @Column(name = "sign_count")
    public long signCount;

    @Column(name = "created_at")
    public Instant createdAt;

    /** Null until it was used. */
    @Column(name = "used_at")
    public Instant usedAt;

    static List<Passkey> of(Account account) {
        return list("accountId = ?1 order by createdAt", account.id);
    }

    static Optional<Passkey> known(byte[] credentialId) {
        return find("credentialId", credentialId).firstResultOptional();
    }
}
