package org.cloister.manager.ssh;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.ChannelFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.helpers.AbstractConnectionService;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.forward.RejectAllForwardingFilter;
import org.apache.sshd.server.session.ServerConnectionServiceFactory;
import org.cloister.manager.process.InputQueue;
import org.cloister.manager.process.Places;
import org.cloister.manager.session.OpenSessions;
import org.cloister.protocol.AgentClient;

/** The library's server, told what to serve and to whom; knows nothing of the application around it. */
final class GatewayServer implements Closeable {

    /** Half of them serve on, whatever those wait for that write to processes. */
    private static final int NETWORK_THREADS = 2 * InputQueue.AT_ONCE;

    /** Bytes read at a time: a whole packet of {@link OutputPump#CHUNK} and what stands around it, and a part of the next. */
    private static final int READ = 64 * 1024;

    /** Sessions in one connection. OpenSSH allows 10. */
    private static final int CHANNELS = 32;

    /**
     * OpenSSH's client says that nobody reads its output any more (`ssh alice@host yes | head`) only to a server whose
     * name begins so; without that word the command would run on for nobody.
     */
    private static final String NAME = "OpenSSH_compatible_Cloister";

    private static final Duration LOGIN_TIME = Duration.ofSeconds(20);

    /** Requests to log in, those that only ask whether a key would do and the first "none" included. */
    private static final int LOGIN_REQUESTS = 2 * Connections.TRIES + 2;

    /** Pumps have shallow stacks, and there are up to four to a session. */
    private static final long STACK = 256 * 1024;

    private final AgentClient agent;
    private final Places places;
    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("ssh-", 1).daemon().stackSize(STACK).factory());
    private final Connections connections;
    private final WindowBudget windows = new WindowBudget();
    private final Forwarding forwarding;
    private final SshServer server;

    /**
     * @param known asked on network threads for every key that a client offers: answers at once
     * @param stored asked once more when somebody is in; may block
     * @param journal must not block: it is also told on network threads
     */
    GatewayServer(
            ListenAddress address,
            HostKey hostKey,
            TenantDirectory known,
            TenantDirectory stored,
            Places places,
            Journal journal,
            OpenSessions open,
            AgentClient agent) {
        this.agent = agent;
        this.places = places;
        forwarding = new Forwarding(agent, windows, threads);
        connections = new Connections(stored, journal, open, threads);
        server = SshServer.setUpDefaultServer();
        server.setIoServiceFactoryFactory(new Conversation.Factory());
        server.setHost(address.host());
        server.setPort(address.port());
        server.setKeyPairProvider(KeyPairProvider.wrap(hostKey.pair()));
        Algorithms.choose(server);
        authenticate(new KeyLogin(known));
        serve();
        limit();
    }

    void start() throws IOException {
        server.start();
    }

    Connections connections() {
        return connections;
    }

    /** Ends every connection; what runs in terminals is hung up on. */
    @Override
    public void close() throws IOException {
        server.stop(true);
        connections.timers().close();
        threads.shutdown();
    }

    private void authenticate(KeyLogin keys) {
        server.setUserAuthFactories(List.of(new KeyAuthentication.Factory(keys, connections)));
        server.setServiceFactories(
                List.of(new LoginService.Factory(connections), ServerConnectionServiceFactory.INSTANCE));
        server.setPublickeyAuthenticator(keys);
        server.setPasswordAuthenticator(null);
        server.setKeyboardInteractiveAuthenticator(null);
        server.setHostBasedAuthenticator(null);
        server.addSessionListener(connections);
    }

    /** Whatever stands in neither list is refused: no X11, no tunnel. */
    private void serve() {
        server.setChannelFactories(List.of(
                new Channels("session"),
                new Channels("direct-tcpip"),
                new Channels("direct-streamlocal@openssh.com"),
                new Channels("tun@openssh.com")));
        server.setGlobalRequestHandlers(List.of(new GlobalRequests(forwarding, threads)));
        server.setForwardingFilter(RejectAllForwardingFilter.INSTANCE);
        server.setAgentFactory(null);
        server.setShellFactory(null);
        server.setCommandFactory(null);
        server.setSubsystemFactories(List.of());
    }

    private void limit() {
        CoreModuleProperties.SERVER_IDENTIFICATION.set(server, NAME);
        CoreModuleProperties.AUTH_TIMEOUT.set(server, LOGIN_TIME);
        CoreModuleProperties.MAX_AUTH_REQUESTS.set(server, LOGIN_REQUESTS);
        CoreModuleProperties.IDLE_TIMEOUT.set(server, Duration.ZERO);
        CoreModuleProperties.NIO2_READ_TIMEOUT.set(server, Duration.ZERO);
        CoreModuleProperties.NIO_WORKERS.set(server, NETWORK_THREADS);
        CoreModuleProperties.NIO2_READ_BUFFER_SIZE.set(server, READ);
        // Above what Channels refuses in words; the library would end the whole connection.
        CoreModuleProperties.MAX_CONCURRENT_CHANNELS.set(server, 2 * (CHANNELS + Forwards.CONNECTIONS));
        CoreModuleProperties.TCP_NODELAY.set(server, true);
        CoreModuleProperties.SOCKET_BACKLOG.set(server, 128);
    }

    /** One kind of channel: sessions and forwarded connections are served, the rest is refused in words. */
    private final class Channels implements ChannelFactory {

        private final String type;

        Channels(String type) {
            this.type = type;
        }

        @Override
        public String getName() {
            return type;
        }

        @Override
        public Channel createChannel(Session session) {
            if (type.startsWith("direct-")) return forwarding.asked(session, type);
            if (!type.equals("session"))
                return new RefusedChannel(
                        SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED, "Tunnels are not possible here.");
            long open = session.getService(AbstractConnectionService.class).getChannels().stream()
                    .filter(TenantChannel.class::isInstance)
                    .count();
            if (open >= CHANNELS) return full("This connection has " + CHANNELS + " sessions; close one first.");
            Login login = session.getAttribute(Login.OF_SESSION);
            long window = windows.take(login.tenantId());
            if (window == 0) return full("Too many sessions are open; close one first.");
            return new TenantChannel(
                    agent,
                    places,
                    forwarding,
                    threads,
                    login,
                    session.getAttribute(Connections.SEEN),
                    window,
                    () -> windows.giveBack(login.tenantId(), window));
        }

        private static Channel full(String sentence) {
            return new RefusedChannel(SshConstants.SSH_OPEN_RESOURCE_SHORTAGE, sentence);
        }
    }
}
