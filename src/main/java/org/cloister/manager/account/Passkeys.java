package org.cloister.manager.account;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.host.PublicAddress;
import org.cloister.manager.problem.Refusal;

/** Passkeys: added by whoever is signed in, and asked of whoever is not. */
@ApplicationScoped
class Passkeys {

    static final int MOST = 20;

    private static final int LONGEST_NAME = 60;

    @Inject
    PublicAddress address;

    @Inject
    Challenges challenges;

    @Inject
    EventLog events;

    /**
     * What the browser needs to ask for a passkey that is there. Bytes are in URL-safe base64.
     *
     * @param rpId as Web Authentication calls the host that it is for
     */
    record Request(String challenge, String rpId) {}

    /**
     * What the browser needs to have one made.
     *
     * @param algorithms in the order in which they are wished
     * @param known credentials of the account: an authenticator that has one of them makes no second
     */
    record Creation(
            String challenge,
            String rpId,
            String userId,
            String userName,
            List<Integer> algorithms,
            List<String> known) {}

    /** @param browser a secret of the browser's that its answer comes with */
    Request request(String browser) {
        return new Request(challenges.fresh(signIn(browser)), address.host());
    }

    /**
     * Asked before the authenticator is, or it would be left with a passkey that nobody knows.
     *
     * @throws Refusal the proof is none, or there cannot be another passkey, or none of that name
     */
    @Transactional
    Creation creation(Account account, Factors.Proof proof, String name) {
        checkName(name);
        Factors.confirm(account, proof);
        List<Passkey> all = Passkey.of(account);
        if (all.size() >= MOST)
            throw Refusal.conflict("name", "There are " + MOST + " passkeys already. Remove those that nobody uses.");
        return new Creation(
                challenges.fresh(adding(account, proof.session())),
                address.host(),
                base64(handle(account.id)),
                account.name,
                WebAuthn.ALGORITHMS,
                all.stream().map(one -> base64(one.credentialId)).toList());
    }

    /**
     * Takes what the authenticator made for {@link #creation}, whose challenge is the proof that the account's owner asked.
     *
     * @param session that the creation was asked for in
     * @return recovery codes, which are shown once, where there were none yet; else none
     */
    @Transactional
    List<String> add(Account account, UUID session, String name, WebAuthn.Created created) {
        String label = checkName(name);
        long count = WebAuthn.check(party(), created);
        if (Passkey.known(created.id()).isPresent())
            throw Refusal.conflict("passkey", "This passkey is known already.");
        challenges.use(WebAuthn.challenge(created.clientData()), adding(account, session));
        Passkey passkey = new Passkey();
        passkey.id = UUID.randomUUID();
        passkey.accountId = account.id;
        passkey.name = label;
        passkey.credentialId = created.id();
        passkey.publicKey = created.publicKey();
        passkey.algorithm = created.algorithm();
        passkey.signCount = count;
        passkey.createdAt = Instant.now();
        passkey.persist();
        events.record(account.name, "account.passkey", account.tenant, account.name + " added a passkey.");
        return RecoveryCode.count("accountId", account.id) == 0 ? Factors.recoveryCodes(account) : List.of();
    }

    /**
     * The account whose passkey signed what its browser was asked for; empty where anything is wrong with it. Which
     * passkeys there are is told by nothing but their owner's device: their numbers are long and random, so the time that
     * an answer takes tells nobody.
     *
     * @throws Refusal all is right but that it came too late, or again
     */
    @Transactional
    Optional<Account> check(WebAuthn.Asserted asserted, String browser, Origin origin) {
        Passkey passkey = Passkey.known(asserted.id()).orElse(null);
        if (passkey == null) return Optional.empty();
        Account account = Account.findById(passkey.accountId);
        long count;
        try {
            count = WebAuthn.check(party(), asserted, passkey.publicKey, passkey.algorithm);
        } catch (Refusal refusal) {
            return refused(account, origin);
        }
        if (!Arrays.equals(asserted.user(), handle(account.id))) return refused(account, origin);
        challenges.use(WebAuthn.challenge(asserted.clientData()), signIn(browser));
        // One statement, so that of two at once one fails. Who does not count says 0 (section 6.1.1).
        boolean rose = Passkey.update(
                        "signCount = ?1, usedAt = ?2 where id = ?3 and (signCount < ?1 or signCount = 0 and ?1 = 0)",
                        count,
                        Instant.now(),
                        passkey.id)
                == 1;
        if (rose) return Optional.of(account);
        events.record(
                account.name,
                "account.passkey-copied",
                account.tenant,
                "The passkey \"" + passkey.name + "\" of " + account.name
                        + " has signed less often than it had before: there may be a copy of it. It was refused from "
                        + origin.address() + "; remove it if that was not its owner's own device.");
        return Optional.empty();
    }

    private Optional<Account> refused(Account account, Origin origin) {
        events.record(
                account.name,
                "account.refused",
                null,
                "A sign-in as " + account.name + " by a passkey from " + origin.address() + " failed.");
        return Optional.empty();
    }

    /** @throws Refusal it is none of this account's, or the proof is none, or there would be no way back in */
    @Transactional
    void remove(Account account, Factors.Proof proof, UUID id) {
        Factors.confirm(account, proof);
        remove(account, id);
    }

    /** By a program, that cannot show a password: everything but the last second factor. */
    @Transactional
    void removeOneOfSeveral(Account account, UUID id) {
        if (account.passkeys == 1 && account.factor == null && isOf(account, id))
            throw Refusal.conflict(
                    null, "This is the last second factor. Remove it on the page of the account, with the password.");
        remove(account, id);
    }

    private void remove(Account account, UUID id) {
        if (!isOf(account, id)) throw Refusal.unknown("There is no such passkey.");
        boolean last = account.passkeys == 1;
        if (last && account.password == null && !account.name.equals(Account.ROOT))
            throw Refusal.conflict(
                    "old",
                    "Without this passkey you could not come back. Set a password or add another passkey first.");
        Passkey.deleteById(id);
        if (last && account.factor == null) RecoveryCode.delete("accountId", account.id);
        events.record(account.name, "account.passkey", account.tenant, account.name + " removed a passkey.");
    }

    private static boolean isOf(Account account, UUID id) {
        return id != null && Passkey.count("id = ?1 and accountId = ?2", id, account.id) == 1;
    }

    private static String checkName(String name) {
        String label = name == null ? "" : name.strip();
        if (label.isEmpty() || label.length() > LONGEST_NAME || label.chars().anyMatch(Character::isISOControl))
            throw Refusal.invalid("name", "Say where the passkey is, in 1 to " + LONGEST_NAME + " characters.");
        return label;
    }

    private WebAuthn.Party party() {
        return new WebAuthn.Party(address.host(), address.origin());
    }

    private static String signIn(String browser) {
        return "sign-in " + browser;
    }

    private static String adding(Account account, UUID session) {
        if (session == null) throw Refusal.conflict("passkey", "A passkey is added in a browser that is signed in.");
        return "add " + account.id + " " + session;
    }

    /** What an authenticator keeps of whose it is: the id, which says nothing of the person. */
    private static byte[] handle(UUID account) {
        return ByteBuffer.allocate(16)
                .putLong(account.getMostSignificantBits())
                .putLong(account.getLeastSignificantBits())
                .array();
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
