package org.cloister.manager.ssh;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.cloister.manager.tenant.SshKey;
import org.cloister.manager.tenant.Tenant;

/** The tenants and keys in the database. */
@ApplicationScoped
class StoredTenants implements TenantDirectory {

    /** Whose keys are read when there is no such tenant: nobody's. */
    private static final UUID NOBODY = new UUID(0, 0);

    /** By their names. */
    Map<String, Entry> all() {
        return QuarkusTransaction.requiringNew().call(() -> {
            Map<UUID, Set<String>> keys = SshKey.<SshKey>streamAll()
                    .collect(Collectors.groupingBy(
                            key -> key.tenantId, Collectors.mapping(key -> key.fingerprint, Collectors.toSet())));
            return Tenant.all().stream()
                    .map(tenant ->
                            new Entry(tenant.id, tenant.name, Set.copyOf(keys.getOrDefault(tenant.id, Set.of()))))
                    .collect(Collectors.toUnmodifiableMap(Entry::name, Function.identity()));
        });
    }

    @Override
    public Optional<Entry> named(String name) {
        return QuarkusTransaction.requiringNew().call(() -> {
            Optional<Tenant> found = Tenant.named(name);
            UUID id = found.map(tenant -> tenant.id).orElse(NOBODY);
            Set<String> fingerprints = SshKey.<SshKey>stream("tenantId", id)
                    .map(key -> key.fingerprint)
                    .collect(Collectors.toUnmodifiableSet());
            return found.map(tenant -> new Entry(id, tenant.name, fingerprints));
        });
    }
}
