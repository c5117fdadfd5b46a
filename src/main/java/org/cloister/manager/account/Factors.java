package org.cloister.manager.account;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.problem.Refusal;

/** What somebody knows and has: the password, the authenticator, and the codes for when one is lost. */
@ApplicationScoped
class Factors {

    /** How long after a sign-in by a passkey it need not be shown again for a change. */
    private static final Duration FRESH = Duration.ofMinutes(10);

    private static final int RECOVERY_CODES = 8;

    @Inject
    FactorSeal seal;

    @Inject
    EventLog events;

    /**
     * What somebody shows to change how they sign in.
     *
     * @param password not asked for where there is none
     * @param session that asks; null for a program
     */
    record Proof(String password, UUID session) {}

    /**
     * The account, where password and second factor are right; it takes as long to say no as to say yes. No connection to
     * the database is held while the password is tried.
     */
    Optional<Account> check(String name, String password, String code) {
        Optional<Account> account = QuarkusTransaction.requiringNew().call(() -> Account.named(name));
        if (!Password.matches(password, account.map(one -> one.password).orElse(null))) return Optional.empty();
        return account.filter(one -> !one.hasSecondFactor()
                || QuarkusTransaction.requiringNew().call(() -> takes(one, code == null ? "" : code)));
    }

    /** One statement each, so that of two sign-ins at once with one code one fails. */
    private boolean takes(Account account, String code) {
        String typed = code.replaceAll("[\\s-]", "").toLowerCase(Locale.ROOT);
        OptionalLong step = account.factor == null
                ? OptionalLong.empty()
                : Totp.step(seal.open(account.id, account.factor), typed, Instant.now(), account.factorStep);
        if (step.isPresent())
            return Account.update("factorStep = ?1 where id = ?2 and factorStep < ?1", step.getAsLong(), account.id)
                    == 1;
        if (RecoveryCode.delete("accountId = ?1 and codeSha256 = ?2", account.id, Secret.sha256(typed)) != 1)
            return false;
        events.record(account.name, "account.recovered", account.tenant, account.name + " used a recovery code up.");
        return true;
    }

    /** @throws Refusal the proof is none, or the new one is too short */
    @Transactional
    public void setPassword(Account account, Proof proof, String password) {
        confirm(account, proof);
        Password.check(password);
        Account.update("password = ?1 where id = ?2", Password.hash(password), account.id);
        events.record(account.name, "account.password", account.tenant, account.name + " set a new password.");
    }

    /**
     * Sets an authenticator up, instead of the one before it.
     *
     * @param secret in base32, as it was shown
     * @param code that the authenticator shows for it now
     * @return recovery codes, which are shown once
     */
    @Transactional
    public List<String> setFactor(Account account, Proof proof, String secret, String code) {
        if (account.password == null)
            throw Refusal.conflict("code", "Set a password first: the second factor comes beside it.");
        confirm(account, proof);
        byte[] key;
        try {
            key = Totp.secret(secret);
        } catch (IllegalArgumentException e) {
            throw Refusal.invalid("code", "The secret is not one that this page made. Open the page again.");
        }
        OptionalLong step = Totp.step(key, code == null ? "" : code.replaceAll("\\s", ""), Instant.now(), 0);
        if (step.isEmpty())
            throw Refusal.invalid(
                    "code",
                    "That is not the code that belongs to it now. Check the clock of the device, and try again.");
        Account.update(
                "factor = ?1, factorStep = ?2 where id = ?3", seal.seal(account.id, key), step.getAsLong(), account.id);
        List<String> codes = recoveryCodes(account);
        events.record(account.name, "account.factor", account.tenant, account.name + " set a second factor up.");
        return codes;
    }

    /** New ones, instead of those before. */
    static List<String> recoveryCodes(Account account) {
        RecoveryCode.delete("accountId", account.id);
        List<String> codes = new ArrayList<>();
        for (int i = 0; i < RECOVERY_CODES; i++) codes.add(recoveryCode(account));
        return codes;
    }

    private static String recoveryCode(Account account) {
        String code = Totp.base32(Totp.newSecret()).toLowerCase(Locale.ROOT).substring(0, 16);
        RecoveryCode row = new RecoveryCode();
        row.accountId = account.id;
        row.codeSha256 = Secret.sha256(code);
        row.persist();
        return code.replaceAll("(.{4})(?!$)", "$1-");
    }

    @Transactional
    public void removeFactor(Account account, Proof proof) {
        confirm(account, proof);
        Account.update("factor = null where id = ?1", account.id);
        if (account.passkeys == 0) RecoveryCode.delete("accountId", account.id);
        events.record(account.name, "account.factor", account.tenant, account.name + " removed the second factor.");
    }

    /**
     * A session that was left open must not be enough to keep the account.
     *
     * @throws Refusal it is not the account's owner who asks, as far as can be told
     */
    static void confirm(Account account, Proof proof) {
        if (account.password != null) {
            if (!Password.matches(proof.password(), account.password))
                throw Refusal.invalid("old", "That is not the present password.");
        } else if (account.passkeys > 0
                && WebSession.count(
                                "id = ?1 and accountId = ?2 and createdAt > ?3",
                                proof.session(),
                                account.id,
                                Instant.now().minus(FRESH))
                        == 0) {
            throw Refusal.invalid(
                    "old",
                    "Sign out, sign in again with your passkey, and do this within " + FRESH.toMinutes() + " minutes.");
        }
    }
}
