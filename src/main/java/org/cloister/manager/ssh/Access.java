package org.cloister.manager.ssh;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;
import org.cloister.manager.key.KeyOptions;

/** Whether a key logs in: decided here alone, when it is offered and again when what is known of it may have changed. */
final class Access {

    private Access() {}

    /**
     * @param tenant of that name, if there is one
     * @param name as whom somebody logs in
     * @param fingerprint of the key that was offered, "SHA256:…"
     * @param source the address that it comes from
     */
    static Optional<Login> decide(
            Optional<TenantDirectory.Entry> tenant,
            Optional<LoginName> name,
            String fingerprint,
            InetAddress source,
            Instant now) {
        KeyOptions options = tenant.map(entry -> entry.keys().get(fingerprint)).orElse(null);
        if (options == null || name.isEmpty() || options.authority() || !holds(options, name.get(), source, now))
            return Optional.empty();
        return Optional.of(new Login(
                tenant.get().id(),
                tenant.get().name(),
                name.get().user(),
                fingerprint,
                Permissions.of(options),
                source,
                options.expiresAt()));
    }

    private static boolean holds(KeyOptions options, LoginName name, InetAddress source, Instant now) {
        return (options.expiresAt() == null || options.expiresAt().isAfter(now))
                && (options.from() == null || options.from().match(source))
                && (options.users().isEmpty() || options.users().contains(name.user()));
    }

    /** Whether somebody who logged in would be let in again, by what is known of the tenant now. */
    static boolean stillHolds(Login login, Optional<TenantDirectory.Entry> tenant, Instant now) {
        Optional<LoginName> name = Optional.of(new LoginName(login.tenant(), login.user()));
        return decide(tenant, name, login.fingerprint(), login.source(), now)
                .filter(login::equals)
                .isPresent();
    }
}
