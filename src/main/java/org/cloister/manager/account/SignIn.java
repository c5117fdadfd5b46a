package org.cloister.manager.account;

import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.problem.Refusal;

/** One-time links and the browser sessions that they open. */
@ApplicationScoped
public class SignIn {

    /** The name of the session cookie. HttpOnly, SameSite=Strict, Path=/; Secure where the request came by https. */
    public static final String COOKIE = "cloister-session";

    public static final Duration LINK_LASTS = Duration.ofMinutes(15);
    public static final Duration SESSION_LASTS = Duration.ofHours(12);

    private static final int LONGEST_TOKEN = 128;

    @Inject
    EventLog events;

    /** @param url opens a page whose one button signs in */
    public record Link(URI url, Instant expiresAt) {}

    /** @param token for the cookie; it is kept nowhere else */
    public record Session(String token, Instant expiresAt) {}

    /** @param origin scheme, host and port that the link leads to, without a slash at the end */
    @Transactional
    public Link issue(String account, String origin) {
        String code = Secret.fresh();
        SignInLink link = new SignInLink();
        link.id = UUID.randomUUID();
        link.codeSha256 = Secret.sha256(code);
        link.account = account;
        link.createdAt = Instant.now();
        link.expiresAt = link.createdAt.plus(LINK_LASTS);
        link.persist();
        events.record(account, "account.link", null, "A one-time sign-in link was made.");
        return new Link(URI.create(origin + "/sign-in?code=" + code), link.expiresAt);
    }

    /**
     * Uses the code up and opens a session.
     *
     * @throws Refusal the code is unknown, used or too old; one sentence for all three
     */
    @Transactional
    public Session redeem(String code) {
        if (code == null || code.length() > LONGEST_TOKEN) throw spent();
        String hash = Secret.sha256(code);
        Instant now = Instant.now();
        // One statement: of two requests with the same code, one finds it unused.
        int used =
                SignInLink.update("usedAt = ?1 where codeSha256 = ?2 and usedAt is null and expiresAt > ?1", now, hash);
        if (used == 0) throw spent();
        SignInLink link = SignInLink.<SignInLink>find("codeSha256", hash).firstResult();
        String token = Secret.fresh();
        WebSession session = new WebSession();
        session.id = UUID.randomUUID();
        session.tokenSha256 = Secret.sha256(token);
        session.account = link.account;
        session.createdAt = now;
        session.expiresAt = now.plus(SESSION_LASTS);
        session.persist();
        events.record(link.account, "account.signed-in", null, "Signed in by a one-time link.");
        return new Session(token, session.expiresAt);
    }

    /** The account that the token of a session belongs to, while it lasts. */
    @Transactional
    public Optional<String> account(String token) {
        if (token == null || token.length() > LONGEST_TOKEN) return Optional.empty();
        return WebSession.<WebSession>find("tokenSha256 = ?1 and expiresAt > ?2", Secret.sha256(token), Instant.now())
                .firstResultOptional()
                .map(session -> session.account);
    }

    /** Ends the session. A token that is unknown changes nothing. */
    @Transactional
    public void signOut(String token) {
        if (token == null || token.length() > LONGEST_TOKEN) return;
        account(token).ifPresent(account -> {
            WebSession.delete("tokenSha256", Secret.sha256(token));
            events.record(account, "account.signed-out", null, "Signed out.");
        });
    }

    @Scheduled(every = "1h")
    @Transactional
    void forgetExpired() {
        WebSession.delete("expiresAt < ?1", Instant.now());
        SignInLink.delete("expiresAt < ?1", Instant.now().minus(Duration.ofDays(1)));
    }

    private static Refusal spent() {
        return Refusal.invalid(
                "code",
                "This sign-in link was used already or is older than 15 minutes. Run ops/up on the machine for a new one.");
    }
}
