package org.cloister.manager.account;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.right.Caller;
import org.cloister.manager.right.StandingChanged;

/** The ways in, a link that works once, a password with its second factor and a passkey, and the sessions that they open. */
@ApplicationScoped
public class SignIn {

    /** The name of the session cookie. HttpOnly, SameSite=Strict, Path=/; Secure where the request came by https. */
    public static final String COOKIE = "cloister-session";

    /** A link for whoever asks for it now. */
    public static final Duration LINK_LASTS = Duration.ofMinutes(15);

    /** A link that is sent to somebody. */
    public static final Duration INVITATION_LASTS = Duration.ofDays(7);

    public static final Duration SESSION_LASTS = Duration.ofHours(12);

    static final String SPENT =
            "This sign-in link was used already or is too old. Ask an admin for a new one; root of the machine gets one"
                    + " from ops/up.";

    private static final int LONGEST_TOKEN = 128;
    private static final Duration NOTES_USE = Duration.ofMinutes(1);

    /** Somebody who mistypes is not held up; somebody who guesses is. */
    private final Attempts<String> bySource = new Attempts<>(5, Duration.ofMinutes(1), System::nanoTime);

    /** Many sources that try one name slow its owner down by seconds at most. */
    private final Attempts<String> byName = new Attempts<>(20, Duration.ofSeconds(5), System::nanoTime);

    @Inject
    EventLog events;

    @Inject
    Event<StandingChanged> standing;

    @Inject
    Factors factors;

    @Inject
    Passkeys passkeys;

    /** @param url opens a page whose one button signs in */
    public record Link(URI url, Instant expiresAt) {}

    /**
     * @param token for the cookie; it is kept nowhere else
     * @param welcome whether its account has neither password nor passkey yet, and could not come back without another link
     */
    public record Session(String token, Instant expiresAt, boolean welcome) {}

    /** @param id of the session */
    record Signed(UUID id, Caller caller) {}

    /**
     * @param actor who makes it
     * @param origin scheme, host and port that the link leads to, without a slash at the end
     */
    @Transactional
    public Link issue(String actor, Account account, Duration lasts, String origin) {
        String code = Secret.fresh();
        SignInLink link = new SignInLink();
        link.id = UUID.randomUUID();
        link.codeSha256 = Secret.sha256(code);
        link.accountId = account.id;
        link.createdAt = Instant.now();
        link.expiresAt = link.createdAt.plus(lasts);
        link.persist();
        events.record(
                actor, "account.link", account.tenant, "A one-time sign-in link for " + account.name + " was made.");
        return new Link(URI.create(origin + "/sign-in?code=" + code), link.expiresAt);
    }

    /** Whom the link signs in; empty where it is unknown, used or too old. */
    @Transactional
    public Optional<Account> invited(String code) {
        if (code == null || code.length() > LONGEST_TOKEN) return Optional.empty();
        return SignInLink.<SignInLink>find(
                        "codeSha256 = ?1 and usedAt is null and expiresAt > ?2", Secret.sha256(code), Instant.now())
                .firstResultOptional()
                .map(link -> Account.findById(link.accountId));
    }

    /**
     * Uses the code up and opens a session.
     *
     * @throws Refusal the code is unknown, used or too old; one sentence for all three
     */
    @Transactional
    public Session redeem(String code, Origin origin) {
        if (code == null || code.length() > LONGEST_TOKEN) throw spent();
        String hash = Secret.sha256(code);
        Instant now = Instant.now();
        // One statement: of two requests with the same code, one finds it unused.
        int used =
                SignInLink.update("usedAt = ?1 where codeSha256 = ?2 and usedAt is null and expiresAt > ?1", now, hash);
        if (used == 0) throw spent();
        SignInLink link = SignInLink.<SignInLink>find("codeSha256", hash).firstResult();
        return open(Account.findById(link.accountId), "a one-time link", origin);
    }

    /**
     * Opens a session for somebody who knows the password and has the second factor, where there is one.
     *
     * @param code of the authenticator, or a recovery code; null or blank where none is set up
     * @throws Refusal one sentence, whatever of it was wrong and whether or not there is such an account; another one
     *     where the next try must wait
     */
    public Session redeem(String name, String password, String code, Origin origin) {
        // What is no name is counted as one and the same: what strangers type takes no room.
        String known = name != null && Accounts.NAME.matcher(name.strip()).matches() ? name.strip() : "";
        awaitTurn(bySource.wait(origin.address()), byName.wait(known));
        Optional<Account> account = factors.check(known, password, code);
        if (account.isEmpty()) {
            bySource.failed(origin.address());
            byName.failed(known);
            throw wrong(known, origin);
        }
        bySource.succeeded(origin.address());
        byName.succeeded(known);
        String by = account.get().hasSecondFactor() ? "a password and a second factor" : "a password";
        return QuarkusTransaction.requiringNew().call(() -> open(account.get(), by, origin));
    }

    /**
     * Opens a session for whoever holds a passkey, which is something they have and, since it verified them, something
     * that they know or are.
     *
     * @param browser what the browser showed that the challenge was made for
     * @throws Refusal one sentence, whatever of it was wrong and whether or not there is such a passkey; another one where
     *     it came too late, or the next try must wait
     */
    public Session redeem(WebAuthn.Asserted asserted, String browser, Origin origin) {
        awaitTurn(bySource.wait(origin.address()), Duration.ZERO);
        Optional<Account> account = passkeys.check(asserted, browser, origin);
        if (account.isEmpty()) {
            bySource.failed(origin.address());
            throw Refusal.invalid("passkey", "That is not a passkey that signs in here. Take another, or another way.");
        }
        bySource.succeeded(origin.address());
        return QuarkusTransaction.requiringNew().call(() -> open(account.get(), "a passkey", origin));
    }

    private static void awaitTurn(Duration one, Duration other) {
        Duration wait = one.compareTo(other) > 0 ? one : other;
        if (wait.isZero()) return;
        throw Refusal.later("Too many attempts. Wait " + (wait.toSeconds() + 1) + " seconds, then try again.");
    }

    private Refusal wrong(String name, Origin origin) {
        // The name of no account may be a password that was typed in the wrong place.
        if (Account.named(name).isPresent())
            events.record(
                    name, "account.refused", null, "A sign-in as " + name + " from " + origin.address() + " failed.");
        return Refusal.invalid("password", "That is not right: the name, the password or the code.");
    }

    private Session open(Account account, String by, Origin origin) {
        String token = Secret.fresh();
        WebSession session = new WebSession();
        session.id = UUID.randomUUID();
        session.tokenSha256 = Secret.sha256(token);
        session.accountId = account.id;
        session.address = origin.address();
        session.browser = origin.browser();
        session.createdAt = Instant.now();
        session.seenAt = session.createdAt;
        session.expiresAt = session.createdAt.plus(SESSION_LASTS);
        session.persist();
        events.record(
                account.name,
                "account.signed-in",
                account.tenant,
                account.name + " signed in by " + by + " from " + origin.address() + ".");
        boolean welcome = account.password == null && account.passkeys == 0 && !account.name.equals(Account.ROOT);
        return new Session(token, session.expiresAt, welcome);
    }

    /** Who the token of a session belongs to, while it lasts. */
    @Transactional
    Optional<Signed> signed(String token) {
        if (token == null || token.length() > LONGEST_TOKEN) return Optional.empty();
        Instant now = Instant.now();
        return WebSession.<WebSession>find("tokenSha256 = ?1 and expiresAt > ?2", Secret.sha256(token), now)
                .firstResultOptional()
                .map(session -> {
                    if (session.seenAt.isBefore(now.minus(NOTES_USE)))
                        WebSession.update("seenAt = ?1 where id = ?2", now, session.id);
                    return new Signed(
                            session.id,
                            Account.<Account>findById(session.accountId).caller(false));
                });
    }

    /** Ends the session. A token that is unknown changes nothing. */
    @Transactional
    public void signOut(String token) {
        signed(token).ifPresent(signed -> {
            WebSession.deleteById(signed.id());
            standing.fire(new StandingChanged());
            events.record(
                    signed.caller().account(),
                    "account.signed-out",
                    signed.caller().tenant(),
                    signed.caller().account() + " signed out.");
        });
    }

    @Scheduled(every = "1h")
    @Transactional
    void forgetExpired() {
        Instant now = Instant.now();
        WebSession.delete("expiresAt < ?1", now);
        SignInLink.delete("expiresAt < ?1", now.minus(Duration.ofDays(1)));
        ApiToken.delete("expiresAt < ?1", now.minus(Duration.ofDays(30)));
    }

    private static Refusal spent() {
        return Refusal.invalid("code", SPENT);
    }
}
