package org.cloister.manager.ssh;

import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.OpenSshCertificate;
import org.apache.sshd.common.digest.BuiltinDigests;

/**
 * What somebody wants to log in with: a key, or a certificate for it.
 *
 * @param fingerprint of the key, "SHA256:…"
 * @param certificate null for none
 */
record Offer(String fingerprint, Certificate certificate) {

    private static final int SMALLEST_RSA = 2048;

    /** Empty where it can let nobody in, whoever knows it. */
    static Optional<Offer> of(PublicKey offered) {
        PublicKey key = offered;
        Certificate certificate = null;
        if (offered instanceof OpenSshCertificate signed) {
            key = signed.getCertPubKey();
            certificate = Certificate.of(signed).orElse(null);
            if (certificate == null || isShort(signed.getCaPubKey())) return Optional.empty();
        }
        if (key instanceof OpenSshCertificate || isShort(key)) return Optional.empty();
        return Optional.of(new Offer(KeyUtils.getFingerPrint(BuiltinDigests.sha256, key), certificate));
    }

    private static boolean isShort(PublicKey key) {
        return key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < SMALLEST_RSA;
    }

    /** For the event log. */
    String words() {
        return certificate == null ? fingerprint : fingerprint + " by " + certificate.words();
    }
}
