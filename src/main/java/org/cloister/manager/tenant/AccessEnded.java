package org.cloister.manager.tenant;

import java.util.UUID;

/**
 * Sessions must end now: a key was taken away, or the tenant was stopped or deleted. Fired after the change was stored.
 *
 * @param fingerprint of the key whose sessions end; null for all sessions of the tenant
 */
public record AccessEnded(UUID tenantId, String fingerprint) {}
