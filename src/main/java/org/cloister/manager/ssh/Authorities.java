package org.cloister.manager.ssh;

import java.util.Map;
import java.util.Set;
import org.cloister.manager.key.KeyOptions;

/**
 * Whose certificates log in to every tenant that they name, and which certificates no longer do.
 *
 * @param keys of the authorities, by their fingerprints
 */
record Authorities(Map<String, KeyOptions> keys, Set<Revoked> revoked) {

    static final Authorities NONE = new Authorities(Map.of(), Set.of());

    /**
     * A certificate of one authority, by its number or by what the authority calls it; the other is null.
     *
     * @param serial unsigned
     */
    record Revoked(String authority, Long serial, String id) {}

    boolean isRevoked(Certificate certificate) {
        return revoked.contains(new Revoked(certificate.authority(), certificate.serial(), null))
                || revoked.contains(new Revoked(certificate.authority(), null, certificate.id()));
    }
}
