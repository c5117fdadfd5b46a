package org.cloister.manager.ssh;

import java.io.IOException;
import java.security.cert.CertificateException;
import java.util.List;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.config.keys.OpenSshCertificate;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.auth.pubkey.UserAuthPublicKey;
import org.apache.sshd.server.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.server.session.ServerSession;

/**
 * The library's login by key, which counts what did not succeed for whatever reason: a key that nobody knows, a signature
 * that is wrong, bytes that are no key. All are one failure.
 */
final class KeyAuthentication extends UserAuthPublicKey {

    private final KeyLogin keys;
    private final Connections connections;

    private KeyAuthentication(List<NamedFactory<Signature>> signatures, KeyLogin keys, Connections connections) {
        super(signatures);
        this.keys = keys;
        this.connections = connections;
    }

    @Override
    public Boolean doAuth(Buffer buffer, boolean init) {
        ServerSession session = getServerSession();
        Boolean answer;
        try {
            answer = super.doAuth(buffer, init);
        } catch (Exception e) { // the library would log what a stranger sent, and answer the same
            answer = Boolean.FALSE;
        }
        if (Boolean.FALSE.equals(answer)) {
            session.removeAttribute(Login.OF_SESSION);
            connections.failed(
                    session,
                    LoginName.parse(getUsername()).map(LoginName::tenant).orElse(null));
        }
        return answer;
    }

    /**
     * Not before the authority is known: whoever may choose the key that is to be verified chooses how long that takes.
     * The signature's algorithm must be one that keys log in with, so none with SHA-1.
     */
    @Override
    protected void verifyCertificateSignature(ServerSession session, OpenSshCertificate certificate) throws Exception {
        if (keys.login(getUsername(), certificate, session).isEmpty())
            throw new CertificateException("not a certificate that logs in");
        super.verifyCertificateSignature(session, certificate);
    }

    /** All are obeyed by {@link Access}, or refused by {@link Certificate}; the library refuses some that we obey. */
    @Override
    protected void verifyCriticalOptions(ServerSession session, OpenSshCertificate certificate) {
        // decided with everything else
    }

    static final class Factory extends UserAuthPublicKeyFactory {

        private final KeyLogin keys;
        private final Connections connections;

        Factory(KeyLogin keys, Connections connections) {
            this.keys = keys;
            this.connections = connections;
        }

        @Override
        public UserAuthPublicKey createUserAuth(ServerSession session) throws IOException {
            return new KeyAuthentication(getSignatureFactories(), keys, connections);
        }
    }
}
