package org.cloister.manager.ssh;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.OpenSshCertificate;
import org.apache.sshd.common.digest.BuiltinDigests;
import org.cloister.manager.key.KeyOptions;
import org.cloister.manager.problem.Refusal;

/**
 * What a user's certificate says, apart from its key (OpenSSH's PROTOCOL.certkeys). Its signature is the library's
 * business.
 *
 * @param authority the fingerprint of the key that signed it
 * @param id what the authority calls it
 * @param serial an unsigned number
 * @param principals whom it is made out to
 * @param options what its critical options and the extensions that it lacks forbid
 */
record Certificate(
        String authority,
        String id,
        long serial,
        Set<String> principals,
        Instant validFrom,
        Instant validUntil,
        KeyOptions options) {

    /** The last second of the year 9999. What lies behind it never comes, and "forever" is the largest number there is. */
    private static final long LAST = 253_402_300_799L;

    /** Empty where it is not a user's, or asks for something that is not known here. */
    static Optional<Certificate> of(OpenSshCertificate certificate) {
        if (certificate.getType() != OpenSshCertificate.Type.USER) return Optional.empty();
        try {
            return Optional.of(new Certificate(
                    KeyUtils.getFingerPrint(BuiltinDigests.sha256, certificate.getCaPubKey()),
                    certificate.getId(),
                    certificate.getSerial(),
                    Set.copyOf(certificate.getPrincipals()),
                    moment(certificate.getValidAfter()),
                    moment(certificate.getValidBefore()),
                    KeyOptions.ofCertificate(
                            certificate.getCriticalOptionsMap(),
                            certificate.getExtensionsMap().keySet())));
        } catch (Refusal e) {
            return Optional.empty();
        }
    }

    private static Instant moment(long seconds) {
        return Instant.ofEpochSecond(seconds < 0 || seconds > LAST ? LAST : seconds);
    }

    boolean isValidAt(Instant now) {
        return !now.isBefore(validFrom) && now.isBefore(validUntil);
    }

    /** For the event log: what the authority calls it is data of somebody else's. */
    String words() {
        String plain = id.replaceAll("[^\\p{L}\\p{N}\\p{P}\\p{Sm} ]", "");
        return "the certificate \"" + (plain.length() > 100 ? plain.substring(0, 99) + "…" : plain) + "\", number "
                + Long.toUnsignedString(serial) + ", of " + authority;
    }
}
