package org.cloister.manager.account;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.right.Caller;
import org.cloister.manager.right.StandingChanged;

/** Tokens by which programs act for an account. */
@ApplicationScoped
public class Tokens {

    /** So that one that leaks is known for what it is. */
    static final String PREFIX = "cloister_";

    static final int MOST_DAYS = 366;

    private static final int MOST = 50;
    private static final int LONGEST_NAME = 60;
    private static final Duration NOTES_USE = Duration.ofMinutes(1);

    @Inject
    EventLog events;

    @Inject
    Event<StandingChanged> standing;

    /** @param token shown once; it is kept nowhere */
    record Fresh(ApiToken row, String token) {}

    /** @param days that it lasts, 1 to {@link #MOST_DAYS} */
    @Transactional
    Fresh create(Account account, String name, String scope, Integer days) {
        String label = name == null ? "" : name.strip();
        if (label.isEmpty() || label.length() > LONGEST_NAME || label.chars().anyMatch(Character::isISOControl))
            throw Refusal.invalid("name", "Say what the token is for, in 1 to " + LONGEST_NAME + " characters.");
        if (!"all".equals(scope) && !"read".equals(scope))
            throw Refusal.invalid("scope", "A scope is all or read; a token that may only read changes nothing.");
        if (days == null || days < 1 || days > MOST_DAYS)
            throw Refusal.invalid("days", "A token lasts 1 to " + MOST_DAYS + " days.");
        if (ApiToken.count("accountId", account.id) >= MOST)
            throw Refusal.conflict(null, "There are " + MOST + " tokens already. Remove those that nobody uses.");
        String token = PREFIX + Secret.fresh();
        ApiToken row = new ApiToken();
        row.id = UUID.randomUUID();
        row.accountId = account.id;
        row.name = label;
        row.scope = scope;
        row.tokenSha256 = Secret.sha256(token);
        row.createdAt = Instant.now();
        row.expiresAt = row.createdAt.plus(Duration.ofDays(days));
        row.persist();
        events.record(
                account.name,
                "account.token",
                account.tenant,
                account.name + " made a token that may " + (scope.equals("all") ? "do everything" : "read") + " for "
                        + days + " days.");
        return new Fresh(row, token);
    }

    /** @throws Refusal it is none of this account's */
    @Transactional
    void remove(Account account, UUID id) {
        if (id == null || ApiToken.delete("id = ?1 and accountId = ?2", id, account.id) == 0)
            throw Refusal.unknown("There is no such token.");
        standing.fire(new StandingChanged());
        events.record(account.name, "account.token-removed", account.tenant, account.name + " removed a token.");
    }

    /** Who a token acts for, while it lasts. */
    @Transactional
    Optional<Caller> caller(String token) {
        if (!token.startsWith(PREFIX)) return Optional.empty();
        Instant now = Instant.now();
        return ApiToken.<ApiToken>find("tokenSha256 = ?1 and expiresAt > ?2", Secret.sha256(token), now)
                .firstResultOptional()
                .map(row -> {
                    if (row.usedAt == null || row.usedAt.isBefore(now.minus(NOTES_USE)))
                        ApiToken.update("usedAt = ?1 where id = ?2", now, row.id);
                    return Account.<Account>findById(row.accountId).caller(row.scope.equals("read"));
                });
    }
}
