package org.cloister.manager.account;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** What a program shows to act for an account. */
@Entity
@Table(name = "api_token")
public class ApiToken extends PanacheEntityBase {

    @Id
    public UUID id;

    @Column(name = "account_id")
    public UUID accountId;

    /** What it is for, in its owner's words. */
    public String name;

    /** "all", or "read": requests that change nothing. */
    public String scope;

    /** Lower-case hex. */
    @Column(name = "token_sha256")
    public String tokenSha256;

    @Column(name = "created_at")
    public Instant createdAt;

    @Column(name = "expires_at")
    public Instant expiresAt;

    /** To the minute; null until it was used. */
    @Column(name = "used_at")
    public Instant usedAt;

    static List<ApiToken> of(Account account) {
        return list("accountId = ?1 order by createdAt", account.id);
    }
}
