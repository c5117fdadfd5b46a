package org.cloister.manager.ssh;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.cloister.manager.key.KeyOptions;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.tenant.SshKey;
import org.cloister.manager.tenant.Tenant;
import org.jboss.logging.Logger;

/** The tenants and keys in the database. */
@ApplicationScoped
class StoredTenants implements TenantDirectory {

    private static final Logger LOG = Logger.getLogger(StoredTenants.class);

    /** Whose keys are read when there is no such tenant: nobody's. */
    private static final UUID NOBODY = new UUID(0, 0);

    /** By their names. */
    Map<String, Entry> all() {
        return QuarkusTransaction.requiringNew().call(() -> {
            Map<UUID, List<SshKey>> keys =
                    SshKey.<SshKey>streamAll().collect(Collectors.groupingBy(key -> key.tenantId));
            return Tenant.all().stream()
                    .map(tenant -> new Entry(tenant.id, tenant.name, options(keys.getOrDefault(tenant.id, List.of()))))
                    .collect(Collectors.toUnmodifiableMap(Entry::name, Function.identity()));
        });
    }

    @Override
    public Optional<Entry> named(String name) {
        return QuarkusTransaction.requiringNew().call(() -> {
            Optional<Tenant> found = Tenant.named(name);
            UUID id = found.map(tenant -> tenant.id).orElse(NOBODY);
            Map<String, KeyOptions> keys = options(SshKey.list("tenantId", id));
            return found.map(tenant -> new Entry(id, tenant.name, keys));
        });
    }

    /** A key whose options cannot be read is left out: nobody knows how it was meant to be restricted. */
    private static Map<String, KeyOptions> options(List<SshKey> keys) {
        Map<String, KeyOptions> options = new HashMap<>();
        for (SshKey key : keys) {
            try {
                options.put(key.fingerprint, key.options());
            } catch (Refusal e) {
                LOG.errorf("the key %s lets nobody in: %s", key.fingerprint, e.sentence());
            }
        }
        return Map.copyOf(options);
    }
}
