package org.cloister.manager.ssh;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.cloister.manager.key.KeyOptions;

/** Who may log in. */
interface TenantDirectory {

    /**
     * The tenant of that name. Takes the same steps whether it exists or not, so that the time tells a stranger nothing.
     *
     * @param name any text; one that is no tenant's gives an empty answer
     */
    Optional<Entry> named(String name);

    /**
     * @param keys its own, by their fingerprints, "SHA256:…"
     * @param authorities those of all tenants
     */
    record Entry(UUID id, String name, Map<String, KeyOptions> keys, Authorities authorities) {}
}
