package org.cloister.manager.authority;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.key.PublicKey;
import org.cloister.manager.key.PublicKeys;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.tenant.AccessChanged;

/** Takes every wish that concerns authorities and revocations. Who is logged in by what no longer holds is put out. */
@ApplicationScoped
class TrustedAuthorities {

    private static final Pattern FINGERPRINT = Pattern.compile("SHA256:[A-Za-z0-9+/]{43}");
    private static final Pattern SERIAL = Pattern.compile("0|[1-9][0-9]{0,19}");
    private static final BigInteger LARGEST = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    /** As an authority may call a certificate in a line that people read. */
    private static final Pattern KEY_ID = Pattern.compile("[^\\p{C}\\p{Zl}\\p{Zp}]{1,256}");

    @Inject
    EventLog events;

    @Inject
    Event<AccessChanged> accessChanged;

    /** Those that are there already stay as they are. */
    @Transactional
    void add(String actor, List<String> pastes) {
        for (PublicKey key : PublicKeys.parse(pastes)) {
            if (!key.options().principals().isEmpty())
                throw Refusal.invalid(
                        "sshKeys",
                        "principals is for a tenant's own authority: the certificates of this one name the tenant.");
            String options = key.options().asAuthority().text();
            Authority known = Authority.find("fingerprint", key.fingerprint()).firstResult();
            if (known != null && !known.options.equals(options))
                throw Refusal.conflict(
                        "sshKeys",
                        "The authority " + key.fingerprint() + " is there already, with other options before it. Remove"
                                + " it, which ends its sessions, and add it again.");
            if (known == null) store(actor, key);
        }
        accessChanged.fire(new AccessChanged());
    }

    private void store(String actor, PublicKey key) {
        Authority authority = new Authority();
        authority.take(key, key.options().asAuthority());
        authority.persist();
        events.record(
                actor,
                "authority.added",
                null,
                "Certificates of the key " + key.fingerprint() + " log in to the tenants that they name now, with "
                        + authority.options + ".");
    }

    @Transactional
    void remove(String actor, String fingerprint) {
        if (Authority.delete("fingerprint", fingerprint) == 0)
            throw Refusal.unknown("There is no authority of that fingerprint.");
        accessChanged.fire(new AccessChanged());
        events.record(
                actor,
                "authority.removed",
                null,
                "Certificates of the key " + fingerprint + " no longer log in to all.");
    }

    /**
     * @param serial in decimal digits; null where the key id is given
     * @param keyId null where the serial is given
     */
    @Transactional
    Revocation revoke(String actor, String authority, String serial, String keyId) {
        if (authority == null || !FINGERPRINT.matcher(authority).matches())
            throw Refusal.invalid(
                    "authority", "The authority is given by its fingerprint, as ssh-keygen -l prints it: SHA256:….");
        if ((serial == null) == (keyId == null))
            throw Refusal.invalid("serial", "Give the certificate's number or its key id: one of them.");
        if (serial != null && (!SERIAL.matcher(serial).matches() || new BigInteger(serial).compareTo(LARGEST) > 0))
            throw Refusal.invalid("serial", "A certificate's number has digits alone, and is below 2^64.");
        if (keyId != null && !KEY_ID.matcher(keyId).matches())
            throw Refusal.invalid(
                    "keyId", "A key id is one line of at most 256 characters, as ssh-keygen -L shows it.");
        BigInteger number = serial == null ? null : new BigInteger(serial);
        Revocation known = Revocation.<Revocation>list("authority", authority).stream()
                .filter(row -> Objects.equals(row.serial, number) && Objects.equals(row.keyId, keyId))
                .findFirst()
                .orElse(null);
        if (known != null) return known;
        Revocation revocation = new Revocation();
        revocation.id = UUID.randomUUID();
        revocation.authority = authority;
        revocation.serial = number;
        revocation.keyId = keyId;
        revocation.createdAt = Instant.now();
        revocation.persist();
        accessChanged.fire(new AccessChanged());
        events.record(
                actor,
                "certificate.revoked",
                null,
                "The certificate " + revocation.words() + " of " + authority + " no longer logs in.");
        return revocation;
    }

    @Transactional
    void restore(String actor, UUID id) {
        Revocation revocation = Revocation.findById(id);
        if (revocation == null) throw Refusal.unknown("There is no such revocation.");
        revocation.delete();
        accessChanged.fire(new AccessChanged());
        events.record(
                actor,
                "certificate.restored",
                null,
                "The certificate " + revocation.words() + " of " + revocation.authority + " may log in again.");
    }
}
