package org.cloister.manager.tenant;

import java.util.UUID;

/**
 * A tenant runs, and not as it did: it was launched, thawed, set back, or has other limits. Fired within the transaction
 * that stores what was seen.
 */
public record TenantChanged(UUID tenant) {}
