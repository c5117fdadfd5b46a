package org.cloister.manager.ssh;

import java.net.InetAddress;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Optional;
import org.apache.sshd.server.auth.pubkey.PublickeyAuthenticator;
import org.apache.sshd.server.session.ServerSession;
import org.jboss.logging.Logger;

/**
 * Whether a key logs in under a name. Asked before the signature is checked, and once more with it; the library verifies
 * the signature after each yes. Unknown name, wrong key and no access are one answer by one path.
 */
final class KeyLogin implements PublickeyAuthenticator {

    private static final Logger LOG = Logger.getLogger(KeyLogin.class);

    private final TenantDirectory directory;

    KeyLogin(TenantDirectory directory) {
        this.directory = directory;
    }

    @Override
    public boolean authenticate(String username, PublicKey key, ServerSession session) {
        session.removeAttribute(Login.OF_SESSION); // of a key that was offered before this one
        Optional<Login> login = login(username, key, session);
        login.ifPresent(granted -> session.setAttribute(Login.OF_SESSION, granted));
        return login.isPresent();
    }

    /** Who somebody would be whose signature is right. */
    Optional<Login> login(String username, PublicKey key, ServerSession session) {
        Optional<LoginName> name = LoginName.parse(username);
        Optional<Offer> offer = Offer.of(key);
        Optional<TenantDirectory.Entry> tenant;
        try {
            tenant = directory.named(name.map(LoginName::tenant).orElse(""));
        } catch (RuntimeException e) {
            LOG.errorf("nobody can log in: %s", e.getMessage());
            return Optional.empty();
        }
        InetAddress source =
                Sources.address(session.getIoSession().getRemoteAddress()).getAddress();
        return Access.decide(tenant, name, offer, source, Instant.now());
    }
}
