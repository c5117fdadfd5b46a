package org.cloister.manager.ssh;

import java.net.InetAddress;
import java.time.Instant;
import java.util.UUID;
import org.apache.sshd.common.AttributeRepository.AttributeKey;

/**
 * Whose connection it is, from the moment that a key was found to fit. It holds only once the session is authenticated:
 * before that the client has offered the key and need not own it.
 *
 * @param user the user inside the tenant
 * @param offer the key, and the certificate where there was one
 * @param permissions what they allow
 * @param source the address that it came from
 * @param expiresAt when the connection ends because the key does; null for never
 */
record Login(
        UUID tenantId,
        String tenant,
        String user,
        Offer offer,
        Permissions permissions,
        InetAddress source,
        Instant expiresAt) {

    static final AttributeKey<Login> OF_SESSION = new AttributeKey<>();

    /** Of the key, "SHA256:…". */
    String fingerprint() {
        return offer.fingerprint();
    }

    /** Whether it rests on that key: as the key itself, or as the authority that signed its certificate. */
    boolean restsOn(String fingerprint) {
        Certificate certificate = offer.certificate();
        return fingerprint.equals(certificate == null ? offer.fingerprint() : certificate.authority());
    }
}
