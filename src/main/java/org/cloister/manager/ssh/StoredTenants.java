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
import org.cloister.manager.authority.Authority;
import org.cloister.manager.authority.Revocation;
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
            Authorities authorities = authorities();
            return Tenant.all().stream()
                    .map(tenant -> new Entry(
                            tenant.id,
                            tenant.name,
                            options(
                                    keys.getOrDefault(tenant.id, List.of()),
                                    key -> key.fingerprint,
                                    SshKey::readOptions),
                            authorities))
                    .collect(Collectors.toUnmodifiableMap(Entry::name, Function.identity()));
        });
    }

    @Override
    public Optional<Entry> named(String name) {
        return QuarkusTransaction.requiringNew().call(() -> {
            Optional<Tenant> found = Tenant.named(name);
            UUID id = found.map(tenant -> tenant.id).orElse(NOBODY);
            Map<String, KeyOptions> keys =
                    options(SshKey.list("tenantId", id), key -> key.fingerprint, SshKey::readOptions);
            Authorities authorities = authorities();
            return found.map(tenant -> new Entry(id, tenant.name, keys, authorities));
        });
    }

    private static Authorities authorities() {
        return new Authorities(
                options(Authority.<Authority>listAll(), key -> key.fingerprint, Authority::readOptions),
                Revocation.<Revocation>streamAll()
                        .map(row -> new Authorities.Revoked(row.authority, row.serialBits(), row.keyId))
                        .collect(Collectors.toUnmodifiableSet()));
    }

    /** A key whose options cannot be read is left out: nobody knows how it was meant to be restricted. */
    private static <K> Map<String, KeyOptions> options(
            List<K> keys, Function<K, String> fingerprint, Function<K, KeyOptions> read) {
        Map<String, KeyOptions> options = new HashMap<>();
        for (K key : keys) {
            try {
                options.put(fingerprint.apply(key), read.apply(key));
            } catch (Refusal e) {
                LOG.errorf("the key %s lets nobody in: %s", fingerprint.apply(key), e.sentence());
            }
        }
        return Map.copyOf(options);
    }
}
