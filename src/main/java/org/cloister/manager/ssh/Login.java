package org.cloister.manager.ssh;

import java.util.UUID;
import org.apache.sshd.common.AttributeRepository.AttributeKey;

/**
 * Whose connection it is, from the moment that a key was found to fit. It holds only once the session is authenticated:
 * before that the client has offered the key and need not own it.
 *
 * @param user the user inside the tenant
 * @param fingerprint of the key, "SHA256:…"
 * @param permissions what the key allows
 */
record Login(UUID tenantId, String tenant, String user, String fingerprint, Permissions permissions) {

    static final AttributeKey<Login> OF_SESSION = new AttributeKey<>();
}
