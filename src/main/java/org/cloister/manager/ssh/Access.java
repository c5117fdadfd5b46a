package org.cloister.manager.ssh;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.cloister.manager.key.KeyOptions;

/** Whether a key or certificate logs in: decided here alone, when it is offered and again whenever more is known. */
final class Access {

    private Access() {}

    /**
     * @param tenant of that name, if there is one
     * @param name as whom somebody logs in
     * @param source the address that it comes from
     */
    static Optional<Login> decide(
            Optional<TenantDirectory.Entry> tenant,
            Optional<LoginName> name,
            Optional<Offer> offer,
            InetAddress source,
            Instant now) {
        if (tenant.isEmpty() || name.isEmpty() || offer.isEmpty()) return Optional.empty();
        Certificate certificate = offer.get().certificate();
        if (certificate != null && !certificate.isValidAt(now)) return Optional.empty();
        return login(tenant.get(), name.get(), offer.get(), source, now);
    }

    /**
     * Whether somebody who logged in would be let in again, by what is known now. A certificate's own time is the time to
     * log in, as with sshd: authorities that issue them for minutes mean that.
     */
    static boolean stillHolds(Login login, Optional<TenantDirectory.Entry> tenant, Instant now) {
        LoginName name = new LoginName(login.tenant(), login.user());
        return tenant.flatMap(entry -> login(entry, name, login.offer(), login.source(), now))
                .filter(login::equals)
                .isPresent();
    }

    private static Optional<Login> login(
            TenantDirectory.Entry tenant, LoginName name, Offer offer, InetAddress source, Instant now) {
        Certificate certificate = offer.certificate();
        KeyOptions key = certificate == null ? tenant.keys().get(offer.fingerprint()) : authority(tenant, certificate);
        if (key == null || key.authority() != (certificate != null) || !holds(key, name, source, now))
            return Optional.empty();
        if (certificate == null) return Optional.of(login(tenant, name, offer, source, key, Permissions.of(key)));
        if (!isMadeOut(certificate, key, name) || !holds(certificate.options(), name, source, now))
            return Optional.empty();
        return Permissions.of(key, certificate.options())
                .map(permissions -> login(tenant, name, offer, source, key, permissions));
    }

    /** The options of the key that signed it: the tenant's own authority, or one for all; null if it is neither. */
    private static KeyOptions authority(TenantDirectory.Entry tenant, Certificate certificate) {
        if (tenant.authorities().isRevoked(certificate)) return null;
        KeyOptions own = tenant.keys().get(certificate.authority());
        return own != null && own.authority()
                ? own
                : tenant.authorities().keys().get(certificate.authority());
    }

    private static boolean holds(KeyOptions options, LoginName name, InetAddress source, Instant now) {
        return (options.expiresAt() == null || options.expiresAt().isAfter(now))
                && (options.from() == null || options.from().match(source))
                && (options.users().isEmpty() || options.users().contains(name.user()));
    }

    /** To the tenant, to this user of the tenant's, or to whom the authority's key names; never to nobody, as for all. */
    private static boolean isMadeOut(Certificate certificate, KeyOptions authority, LoginName name) {
        Set<String> principals = certificate.principals();
        return authority.principals().isEmpty()
                ? principals.contains(name.tenant()) || principals.contains(name.tenant() + "+" + name.user())
                : authority.principals().stream().anyMatch(principals::contains);
    }

    private static Login login(
            TenantDirectory.Entry tenant,
            LoginName name,
            Offer offer,
            InetAddress source,
            KeyOptions key,
            Permissions permissions) {
        return new Login(tenant.id(), tenant.name(), name.user(), offer, permissions, source, key.expiresAt());
    }
}
