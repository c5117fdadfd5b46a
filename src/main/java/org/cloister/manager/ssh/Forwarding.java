package org.cloister.manager.ssh;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.helpers.AbstractConnectionService;
import org.apache.sshd.common.util.buffer.Buffer;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.TenantSocket;
import org.jboss.logging.Logger;

/**
 * Makes the channels of forwarded connections, within what a connection, a tenant and all may have of them. Begins and
 * ends in the tenant: see {@link Forwards}.
 */
final class Forwarding {

    private static final Logger LOG = Logger.getLogger(Forwarding.class);

    /** No blank, which would end a word of a request to the tenant, and nothing that a terminal obeys. */
    private static final Pattern HOST = Pattern.compile("[\\x21-\\x7e]{1,255}");

    /** A path of 108 bytes or more fits no unix socket (unix(7)). */
    private static final Pattern PATH = Pattern.compile("/[^\\p{Cc}\\x{fffd}]{1,106}");

    private final AgentClient agent;
    private final WindowBudget windows;
    private final Executor threads;
    private final ForwardPlaces places = new ForwardPlaces();

    Forwarding(AgentClient agent, WindowBudget windows, Executor threads) {
        this.agent = agent;
        this.windows = windows;
        this.threads = threads;
    }

    /** What the connection forwards. */
    Forwards of(Session session) {
        return session.computeAttributeIfAbsent(Forwards.OF_SESSION, key -> {
            Forwards forwards = new Forwards(
                    session.getAttribute(Login.OF_SESSION), session.getAttribute(Connections.SEEN), agent, threads);
            session.addCloseFutureListener(closed -> threads.execute(forwards::close));
            return forwards;
        });
    }

    /** A channel that the client wants to open: to a port (direct-tcpip) or a unix socket (direct-streamlocal). */
    Channel asked(Session session, String type) {
        Forwards forwards = of(session);
        try {
            Place place = place(forwards);
            ForwardedChannel.Request request =
                    type.equals("direct-tcpip") ? buffer -> port(forwards, buffer) : buffer -> path(forwards, buffer);
            return ForwardedChannel.asked(type, threads, forwards.seen(), request, place.window, place::giveBack);
        } catch (ForwardException e) {
            return new RefusedChannel(e.reason(), e.getMessage());
        }
    }

    /** RFC 4254 section 7.2. */
    private static ForwardedChannel.Target port(Forwards forwards, Buffer request) throws ForwardException {
        String host = request.getString();
        long port = request.getUInt();
        if (!isHost(host) || port < 1 || port > 65_535)
            throw new ForwardException(SshConstants.SSH_OPEN_CONNECT_FAILED, "That is no host and port.");
        if (!forwards.login().permissions().mayConnect(host, (int) port)) throw prohibited();
        return () -> forwards.connect(host, (int) port);
    }

    /** OpenSSH's PROTOCOL section 2.4. */
    private static ForwardedChannel.Target path(Forwards forwards, Buffer request) throws ForwardException {
        String path = request.getString();
        if (!isPath(path))
            throw new ForwardException(SshConstants.SSH_OPEN_CONNECT_FAILED, "That is no absolute path.");
        if (!forwards.login().permissions().mayConnectSocket()) throw prohibited();
        return () -> forwards.open(path);
    }

    static boolean isHost(String host) {
        return HOST.matcher(host).matches();
    }

    static boolean isPath(String path) {
        return PATH.matcher(path).matches();
    }

    static ForwardException prohibited() {
        return new ForwardException(
                SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED, "This key does not forward that.");
    }

    /**
     * Offers a connection that was made in the tenant to the client. Never waits.
     *
     * @param introduction adds to the opening message what the channel's type wants
     */
    void offer(Session session, String type, TenantSocket socket, Consumer<Buffer> introduction) {
        ForwardedChannel channel;
        try {
            Forwards forwards = of(session);
            Place place = place(forwards);
            channel = ForwardedChannel.offered(
                    type, threads, forwards.seen(), socket, introduction, place.window, place::giveBack);
        } catch (ForwardException full) {
            try {
                socket.close();
            } catch (IOException e) {
                LOG.debugf("a socket: %s", e.getMessage());
            }
            return;
        }
        try {
            session.getService(AbstractConnectionService.class).registerChannel(channel);
            channel.open();
        } catch (IOException | RuntimeException e) {
            LOG.debugf("a forwarded connection came too late: %s", e.getMessage());
            channel.close(true);
        }
    }

    /**
     * The path of a socket in the tenant that leads to the client's agent; the same for all sessions of a connection. May
     * wait.
     *
     * @return null where there is none to be had
     */
    String agent(Session session) throws InterruptedException {
        try {
            return of(session)
                    .agent((socket, peer, port) -> offer(session, "auth-agent@openssh.com", socket, opening -> {}));
        } catch (ForwardException e) {
            LOG.debugf("no agent for a session: %s", e.getMessage());
            return null;
        }
    }

    /** What a forwarded connection takes of what is bounded. */
    private record Place(long window, Runnable whenGivenBack) {
        void giveBack() {
            whenGivenBack.run();
        }
    }

    private Place place(Forwards forwards) throws ForwardException {
        Login login = forwards.login();
        if (!forwards.take())
            throw full("This connection forwards " + Forwards.CONNECTIONS + " connections; close one first.");
        if (!places.take(login.tenantId())) {
            forwards.giveBack();
            throw full(login.tenant() + " has " + ForwardPlaces.OF_ONE_TENANT
                    + " forwarded connections; close one first.");
        }
        long window = windows.take(login.tenantId());
        Place place = new Place(window, () -> {
            forwards.giveBack();
            places.giveBack(login.tenantId());
            if (window > 0) windows.giveBack(login.tenantId(), window);
        });
        if (window > 0) return place;
        place.giveBack();
        throw full("Too many connections are open; close one first.");
    }

    private static ForwardException full(String sentence) {
        return new ForwardException(SshConstants.SSH_OPEN_RESOURCE_SHORTAGE, sentence);
    }
}
