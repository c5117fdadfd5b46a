package org.cloister.manager.ssh;

import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Who may log in. */
interface TenantDirectory {

    /**
     * The tenant of that name. Takes the same steps whether it exists or not, so that the time tells a stranger nothing.
     *
     * @param name any text; one that is no tenant's gives an empty answer
     */
    Optional<Entry> named(String name);

    /** @param fingerprints "SHA256:…" of each key that logs in */
    record Entry(UUID id, String name, Set<String> fingerprints) {}
}
