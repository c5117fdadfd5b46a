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
 * @param fingerprint of the key, "SHA256:…"
 * @param permissions what the key allows
 * @param source the address that it came from
 * @param expiresAt when the connection ends because the key does; null for never
 */
record Login(
        UUID tenantId,
        String tenant,
        String user,
        String fingerprint,
        Permissions permissions,
        InetAddress source,
        Instant expiresAt) {

    static final AttributeKey<Login> OF_SESSION = new AttributeKey<>();
}
