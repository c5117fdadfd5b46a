package org.cloister.manager.ssh;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.AsynchronousSocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.io.nio2.Nio2Session;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.cloister.manager.session.OpenConnection;
import org.cloister.manager.session.OpenSessions;
import org.jboss.logging.Logger;

/**
 * Every connection from its first packet to its end: how many have not logged in (the library has no such limit), whose
 * they are, and which must end when a key is taken away.
 */
final class Connections implements SessionListener {

    private static final Logger LOG = Logger.getLogger(Connections.class);

    /** Logged in, to one tenant. */
    static final int OF_ONE_TENANT = 256;

    /** Keys that do not fit, in one connection; as OpenSSH's MaxAuthTries. */
    static final int TRIES = 6;

    /** For the client to read why; then the connection is cut whether it did or not. */
    private static final long FAREWELL_MILLIS = 300;

    private final TenantDirectory directory;
    private final Refused refused;
    private final Delays delays = new Delays(System::nanoTime);
    private final Journal journal;
    private final Executor threads;
    private final OpenSessions open;
    private final Timers timers;
    private final Map<Session, Visit> visits = new ConcurrentHashMap<>();
    private final Strangers<Session> strangers = new Strangers<>();

    /** What the pages and the API know of the connection; there from the moment that it is logged in. */
    static final AttributeKey<OpenConnection> SEEN = new AttributeKey<>();

    /** One connection. Guarded by the lock of {@link Connections}. */
    private static final class Visit {
        private final InetAddress source;
        private Login login;
        private int tries;
        private String tried;
        private Duration delay = Duration.ZERO;
        private Duration longest = Duration.ZERO;
        private Future<?> expiry;

        Visit(InetAddress source) {
            this.source = source;
        }
    }

    Connections(TenantDirectory directory, Journal journal, OpenSessions open, Executor threads) {
        this.directory = directory;
        this.journal = journal;
        this.open = open;
        this.refused = new Refused(journal, System::nanoTime);
        this.threads = threads;
        this.timers = new Timers(threads);
    }

    // --- strangers ---

    @Override
    public void sessionCreated(Session session) {
        InetAddress source = Sources.source(session.getIoSession().getRemoteAddress());
        visits.put(session, new Visit(source));
        Session gone = strangers.enter(session, source);
        if (gone != null) {
            Visit last = visits.get(gone);
            if (last != null)
                refused.record(
                        null,
                        "A connection from " + last.source.getHostAddress()
                                + " was closed: too many are open that have not logged in.");
            gone.getIoSession().close(true);
        }
        if (gone == session) visits.remove(session);
        else keepAlive(session);
    }

    /** A dead peer is gone after two minutes; and a router on the way keeps its entry of an idle connection. */
    private static void keepAlive(Session session) {
        if (!(session.getIoSession() instanceof Nio2Session connection)) return;
        AsynchronousSocketChannel socket = connection.getSocket();
        try {
            socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 60);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 15);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 4);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debugf("keep-alive: %s", e.getMessage());
        }
    }

    /**
     * A key did not fit.
     *
     * @param name the tenant it was tried for, if that was a well-formed name; else null
     */
    synchronized void failed(Session session, String name) {
        Visit visit = visits.get(session);
        if (visit == null) return;
        visit.tried = name;
        visit.tries++;
        visit.delay = delays.failed(visit.source);
        if (visit.delay.compareTo(visit.longest) > 0) visit.longest = visit.delay;
    }

    /** How long the answer to the request that was handled last is to wait. */
    synchronized Duration takeDelay(Session session) {
        Visit visit = visits.get(session);
        if (visit == null) return Duration.ZERO;
        Duration delay = visit.delay;
        visit.delay = Duration.ZERO;
        return delay;
    }

    synchronized boolean mayTryAgain(Session session) {
        Visit visit = visits.get(session);
        return visit != null && visit.tries < TRIES;
    }

    Timers timers() {
        return timers;
    }

    // --- logged in ---

    @Override
    public void sessionEvent(Session session, Event event) {
        if (event != Event.Authenticated) return;
        Login login = session.getAttribute(Login.OF_SESSION);
        Visit visit;
        boolean tooMany;
        synchronized (this) {
            visit = strangers.leave(session) ? visits.get(session) : null;
            tooMany = login != null && sessions(login.tenantId()) >= OF_ONE_TENANT;
            if (visit != null && !tooMany) visit.login = login;
        }
        if (login == null || visit == null) {
            session.close(true); // its place was another's meanwhile; and nobody is let in without a login
            return;
        }
        if (tooMany) {
            end(session, login.tenant() + " has " + OF_ONE_TENANT + " connections; close one first.");
            return;
        }
        session.setAttribute(SEEN, open.connected(who(session, login), sentence -> end(session, sentence)));
        delays.succeeded(visit.source);
        journal.record(
                login.tenant(),
                "ssh.login",
                login.tenant(),
                login.user() + " logged in from " + visit.source.getHostAddress() + " with "
                        + login.offer().words() + ".");
        if (login.expiresAt() != null) {
            Future<?> expiry = timers.at(login.expiresAt(), () -> end(session, "This key has expired."));
            synchronized (this) {
                visit.expiry = expiry;
            }
            if (!visits.containsKey(session)) expiry.cancel(false); // it ended meanwhile
        }
        threads.execute(() -> recheck(session, login));
    }

    /** The key may have been taken away between the look-up and now; from now on {@link #accessEnded} finds the session. */
    private void recheck(Session session, Login login) {
        recheck(session, login, directory);
    }

    /** What lets people in has changed: whoever would not be let in now is out. */
    void recheck(TenantDirectory known) {
        visits.forEach((session, visit) -> {
            Login login;
            synchronized (this) {
                login = visit.login;
            }
            if (login != null) recheck(session, login, known);
        });
    }

    private void recheck(Session session, Login login, TenantDirectory directory) {
        boolean holds;
        try {
            holds = Access.stillHolds(login, directory.named(login.tenant()), Instant.now());
        } catch (RuntimeException e) {
            LOG.warnf("a login to %s could not be checked again: %s", login.tenant(), e.getMessage());
            holds = false;
        }
        if (!holds) end(session, "This key no longer logs in to " + login.tenant() + ".");
    }

    /** Connections that are logged in to the tenant now. */
    synchronized int sessions(UUID tenant) {
        return (int) visits.values().stream()
                .filter(v -> v.login != null && v.login.tenantId().equals(tenant))
                .count();
    }

    /** @param fingerprint null for every key */
    void accessEnded(UUID tenant, String fingerprint) {
        visits.forEach((session, visit) -> {
            Login login;
            synchronized (this) {
                login = visit.login;
            }
            if (login == null || !login.tenantId().equals(tenant)) return;
            if (fingerprint == null) end(session, login.tenant() + " was stopped by the administrator.");
            else if (login.restsOn(fingerprint)) end(session, "This key no longer logs in to " + login.tenant() + ".");
        });
    }

    private static OpenConnection.Who who(Session session, Login login) {
        InetSocketAddress client = Sources.address(session.getIoSession().getRemoteAddress());
        return new OpenConnection.Who(
                login.tenantId(),
                login.tenant(),
                login.user(),
                login.fingerprint(),
                null,
                Sources.text(client),
                client.getPort());
    }

    private void end(Session session, String sentence) {
        CompletableFuture.delayedExecutor(FAREWELL_MILLIS, TimeUnit.MILLISECONDS, threads)
                .execute(() -> session.close(true));
        threads.execute(() -> {
            try {
                session.disconnect(SshConstants.SSH2_DISCONNECT_BY_APPLICATION, sentence);
            } catch (IOException e) {
                LOG.debugf("a farewell: %s", e.getMessage());
            }
        });
    }

    @Override
    public void sessionClosed(Session session) {
        strangers.leave(session);
        Visit visit = visits.remove(session);
        if (visit == null) return;
        Login login = visit.login;
        OpenConnection seen = session.getAttribute(SEEN);
        if (seen != null) seen.close();
        synchronized (this) {
            if (visit.expiry != null) visit.expiry.cancel(false);
        }
        if (login != null)
            journal.record(
                    login.tenant(),
                    "ssh.logout",
                    login.tenant(),
                    login.user() + " from " + visit.source.getHostAddress() + " logged out"
                            + (seen == null ? "." : seen.account()));
        else if (visit.tries > 0)
            refused.record(
                    visit.tried,
                    "A login from " + visit.source.getHostAddress() + " was refused after " + visit.tries
                            + (visit.tries == 1 ? " key" : " keys")
                            + (visit.longest.isZero()
                                    ? "."
                                    : ", the last answer after " + visit.longest.toMillis() + " ms."));
    }

    /** For the log at debug level: what a stranger's client did wrong. Its text may be hostile, so only its type is kept. */
    @Override
    public void sessionException(Session session, Throwable t) {
        LOG.debugf("a connection failed: %s", t.getClass().getName());
    }
}
