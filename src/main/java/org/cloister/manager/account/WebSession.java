package org.cloister.manager.account;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** A signed-in browser. */
@Entity
@Table(name = "web_session")
public class WebSession extends PanacheEntityBase {

    @Id
    public UUID id;

    /** Lower-case hex. */
    @Column(name = "token_sha256")
    public String tokenSha256;

    @Column(name = "account_id")
    public UUID accountId;

    /** Where the sign-in came from. */
    public String address;

    /** As it names itself. */
    public String browser;

    @Column(name = "created_at")
    public Instant createdAt;

    @Column(name = "expires_at")
    public Instant expiresAt;

    /** To the minute. */
    @Column(name = "seen_at")
    public Instant seenAt;

    static List<WebSession> of(Account account) {
        return list("accountId = ?1 and expiresAt > ?2 order by createdAt desc", account.id, Instant.now());
    }
}
