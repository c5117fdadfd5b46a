package org.cloister.manager.ssh;

import java.io.IOException;
import java.time.Duration;
import org.apache.sshd.common.Service;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.auth.AbstractUserAuthServiceFactory;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.session.ServerUserAuthService;

/**
 * The library's authentication service, whose "no" waits for as long as the source has earned ({@link Delays}). No thread
 * waits with it, and nothing else happens on the connection meanwhile: a client that does not wait either is cut off.
 */
final class LoginService extends ServerUserAuthService {

    private final Connections connections;
    private boolean waiting;

    private LoginService(Session session, Connections connections) throws IOException {
        super(session);
        this.connections = connections;
    }

    @Override
    public synchronized void process(int command, Buffer buffer) throws Exception {
        if (!waiting) super.process(command, buffer);
        else if (!getServerSession().isClosing())
            getServerSession()
                    .disconnect(
                            SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR,
                            "The answer to the login before this is awaited.");
    }

    @Override
    protected void handleAuthenticationFailure(int command, Buffer buffer) throws Exception {
        Duration delay = connections.takeDelay(getServerSession());
        if (delay.isZero()) {
            answer(command, buffer);
            return;
        }
        waiting = true;
        connections.timers().after(delay, () -> late(command, buffer));
    }

    private synchronized void late(int command, Buffer buffer) {
        waiting = false;
        if (getServerSession().isClosing()) return;
        try {
            answer(command, buffer);
        } catch (Exception e) {
            getServerSession().close(true);
        }
    }

    private void answer(int command, Buffer buffer) throws Exception {
        if (connections.mayTryAgain(getServerSession())) super.handleAuthenticationFailure(command, buffer);
        else
            getServerSession()
                    .disconnect(
                            SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE,
                            "Too many keys that do not log in.");
    }

    static final class Factory extends AbstractUserAuthServiceFactory {

        private final Connections connections;

        Factory(Connections connections) {
            this.connections = connections;
        }

        @Override
        public Service create(Session session) throws IOException {
            return new LoginService(session, connections);
        }
    }
}
