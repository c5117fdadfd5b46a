package org.cloister.manager.account;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

/** A link that signs in once. */
@Entity
@Table(name = "sign_in_link")
public class SignInLink extends PanacheEntityBase {

    @Id
    public UUID id;

    /** Lower-case hex. */
    @Column(name = "code_sha256")
    public String codeSha256;

    @Column(name = "account_id")
    public UUID accountId;

    @Column(name = "created_at")
    public Instant createdAt;

    @Column(name = "expires_at")
    public Instant expiresAt;

    /** Null until it was used. */
    @Column(name = "used_at")
    public Instant usedAt;
}
