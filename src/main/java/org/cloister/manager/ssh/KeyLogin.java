package org.cloister.manager.ssh;

import java.io.IOException;
import java.net.InetAddress;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Optional;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.OpenSshCertificate;
import org.apache.sshd.common.digest.BuiltinDigests;
import org.apache.sshd.server.auth.pubkey.PublickeyAuthenticator;
import org.apache.sshd.server.session.ServerSession;
import org.jboss.logging.Logger;

/**
 * Whether a key logs in under a name. Asked before the signature is checked, and once more with it; the library verifies
 * the signature after each yes. Unknown name, wrong key and no access are one answer by one path.
 */
final class KeyLogin implements PublickeyAuthenticator {

    private static final Logger LOG = Logger.getLogger(KeyLogin.class);

    private static final int SMALLEST_RSA = 2048;

    private final TenantDirectory directory;
    private final Connections connections;

    KeyLogin(TenantDirectory directory, Connections connections) {
        this.directory = directory;
        this.connections = connections;
    }

    @Override
    public boolean authenticate(String username, PublicKey key, ServerSession session) {
        session.removeAttribute(Login.OF_SESSION); // of a key that was offered before this one
        Optional<LoginName> name = LoginName.parse(username);
        Optional<Login> login = login(name, key, session);
        if (login.isPresent()) {
            session.setAttribute(Login.OF_SESSION, login.get());
            return true;
        }
        if (!connections.mayTryAgain(session, name.map(LoginName::tenant).orElse(null))) {
            try {
                session.disconnect(
                        SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE,
                        "Too many keys that do not log in.");
            } catch (IOException e) {
                LOG.debugf("a farewell: %s", e.getMessage());
            }
        }
        return false;
    }

    private Optional<Login> login(Optional<LoginName> name, PublicKey key, ServerSession session) {
        String fingerprint = KeyUtils.getFingerPrint(BuiltinDigests.sha256, key);
        Optional<TenantDirectory.Entry> tenant;
        try {
            tenant = directory.named(name.map(LoginName::tenant).orElse(""));
        } catch (RuntimeException e) {
            LOG.errorf("nobody can log in: %s", e.getMessage());
            return Optional.empty();
        }
        if (!isAcceptable(key)) return Optional.empty();
        InetAddress source =
                Sources.address(session.getIoSession().getRemoteAddress()).getAddress();
        return Access.decide(tenant, name, fingerprint, source, Instant.now());
    }

    /** A certificate is only as good as the authority that we would have to know; none is known yet. */
    private static boolean isAcceptable(PublicKey key) {
        if (key instanceof OpenSshCertificate) return false;
        return !(key instanceof RSAPublicKey rsa) || rsa.getModulus().bitLength() >= SMALLEST_RSA;
    }
}
