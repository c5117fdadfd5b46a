package org.cloister.manager.ssh;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.SshConstants;
import org.cloister.manager.process.Refusals;
import org.cloister.manager.session.OpenConnection;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Forwarder;
import org.cloister.protocol.Forwarder.Message;
import org.cloister.protocol.Request;
import org.cloister.protocol.TenantSocket;
import org.jboss.logging.Logger;

/**
 * The sockets that one SSH connection forwards. No socket is made by this process: a program in the tenant, run as the
 * connection's user and started at the first use, makes them and hands them over. What it says is checked; where it says
 * nothing or nonsense, it is given up with all it listens on, and the next request starts another.
 *
 * <p>The methods that ask wait for the answer: not for network threads.
 */
final class Forwards {

    static final AttributeKey<Forwards> OF_SESSION = new AttributeKey<>();

    /** Forwarded connections in one SSH connection, those under way to their target included. */
    static final int CONNECTIONS = 128;

    /** Ports and paths listened on. */
    static final int LISTENERS = 32;

    /** The program in the tenant gives up before. */
    private static final int ANSWER_SECONDS = 60;

    private static final Pattern AGENT_PATH = Pattern.compile("/tmp/ssh-[A-Za-z0-9]+/agent");

    private static final Logger LOG = Logger.getLogger(Forwards.class);

    /** Takes over each connection that a listener accepts; called on a thread that hears for others, so it never waits. */
    interface Listener {
        /** @param address of the peer, numeric; empty for a unix socket's */
        void accepted(TenantSocket socket, String address, int port);
    }

    private final Login login;
    private final OpenConnection seen;
    private final AgentClient agent;
    private final Executor threads;
    private final Map<Integer, CompletableFuture<Message>> asked = new HashMap<>();
    private final Map<Integer, Listener> listeners = new HashMap<>();
    private final Object starting = new Object();
    private final Object agentLock = new Object();
    private String agentPath;
    private Forwarder forwarder;
    private int connections;
    private int lastId;
    private boolean closed;

    Forwards(Login login, OpenConnection seen, AgentClient agent, Executor threads) {
        this.login = login;
        this.seen = seen;
        this.agent = agent;
        this.threads = threads;
    }

    Login login() {
        return login;
    }

    /** What pages and API know of the connection. */
    OpenConnection seen() {
        return seen;
    }

    /** Takes a place for a connection. @return false if this SSH connection has all it may have */
    synchronized boolean take() {
        if (closed || connections >= CONNECTIONS) return false;
        connections++;
        seen.forwardOpened();
        return true;
    }

    synchronized void giveBack() {
        connections--;
        seen.forwardClosed();
    }

    // --- what is asked of the tenant ---

    TenantSocket connect(String host, int port) throws ForwardException, InterruptedException {
        return connection("connect " + port + " " + host);
    }

    TenantSocket open(String path) throws ForwardException, InterruptedException {
        return connection("open " + path);
    }

    private TenantSocket connection(String request) throws ForwardException, InterruptedException {
        Message answer = ask(null, request).answer();
        if (answer.socket() == null) throw failed("The tenant gave no connection.");
        return answer.socket();
    }

    /**
     * Listens inside the tenant.
     *
     * @param request "listen PORT HOST", "bind PATH" or "agent"
     * @return what it listens on
     */
    Listening listen(String request, Listener listener) throws ForwardException, InterruptedException {
        Listening listening = ask(listener, request);
        discard(listening.answer()); // it has no socket
        return listening;
    }

    /** Listens for those who want the client's agent, once. @return the path of the socket */
    String agent(Listener listener) throws ForwardException, InterruptedException {
        synchronized (agentLock) {
            synchronized (this) {
                if (agentPath != null) return agentPath;
            }
            String path = listen("agent", listener).value();
            if (!AGENT_PATH.matcher(path).matches()) throw failed("The tenant named no path.");
            synchronized (this) {
                agentPath = path;
            }
            return path;
        }
    }

    void close(Listening listening) throws ForwardException, InterruptedException {
        Forwarder running;
        synchronized (this) {
            running = forwarder;
            if (listeners.remove(listening.id()) == null || running == null) throw failed("It is not listened on.");
        }
        answer(running, listening.id(), "close");
    }

    /** @param answer "ok" and, after a blank, the port or path */
    record Listening(int id, Message answer) {

        /** The port or path listened on. */
        String value() {
            String[] words = answer.text().split(" ", 3);
            return words.length < 3 ? "" : words[2];
        }
    }

    private Listening ask(Listener listener, String request) throws ForwardException, InterruptedException {
        int id;
        Forwarder running = running();
        synchronized (this) {
            if (listener != null && listeners.size() >= LISTENERS)
                throw new ForwardException(
                        SshConstants.SSH_OPEN_RESOURCE_SHORTAGE,
                        "This connection listens on " + LISTENERS + " ports already; end one first.");
            id = ++lastId;
            if (listener != null) listeners.put(id, listener); // before the answer: a peer may be faster
        }
        try {
            return new Listening(id, answer(running, id, request));
        } catch (ForwardException | InterruptedException e) {
            synchronized (this) {
                listeners.remove(id);
            }
            throw e;
        }
    }

    private Message answer(Forwarder running, int id, String request) throws ForwardException, InterruptedException {
        CompletableFuture<Message> answer = new CompletableFuture<>();
        synchronized (this) {
            if (running != forwarder) throw failed("The tenant's forwarding was just ended.");
            asked.put(id, answer);
        }
        Message message;
        try {
            running.ask(id + " " + request);
            message = answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw failed("The tenant's forwarding was just ended.");
        } catch (IllegalArgumentException e) {
            throw failed("That name is too long.");
        } catch (ExecutionException e) {
            throw failed(e.getCause().getMessage());
        } catch (TimeoutException e) {
            running.end();
            if (!answer.cancel(false)) answer.thenAccept(Forwards::discard);
            throw failed("The tenant did not answer in " + ANSWER_SECONDS + " seconds.");
        } finally {
            synchronized (this) {
                asked.remove(id);
            }
        }
        String[] words = message.text().split(" ", 3);
        if (words[1].equals("ok")) return message;
        discard(message);
        throw failed(words.length < 3 ? "It failed." : printable(words[2]) + ".");
    }

    /** What comes from a tenant may go to a terminal. */
    private static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?");
    }

    private static ForwardException failed(String sentence) {
        return new ForwardException(SshConstants.SSH_OPEN_CONNECT_FAILED, sentence);
    }

    // --- the program in the tenant ---

    /** Under a lock of its own: the agent may take long, and network threads want the other. */
    private Forwarder running() throws ForwardException {
        synchronized (starting) {
            synchronized (this) {
                if (closed) throw failed("The connection has ended.");
                if (forwarder != null) return forwarder;
            }
            Forwarder started;
            try {
                started = agent.open(new Request.OpenForwarder(login.tenantId(), login.user()));
            } catch (AgentException e) {
                throw failed(Refusals.sentence(login.tenant(), login.user(), e));
            }
            synchronized (this) {
                forwarder = started;
                if (closed) started.end();
            }
            threads.execute(() -> hear(started));
            return started;
        }
    }

    private void hear(Forwarder from) {
        try (from) {
            for (Message message = from.next(); message != null; message = from.next()) take(from, message);
        } catch (IOException | RuntimeException e) {
            LOG.warnf("the forwarding of a connection to %s was ended: %s", login.tenant(), e.getMessage());
        } finally {
            gone(from);
        }
    }

    private void take(Forwarder from, Message message) throws IOException {
        try {
            String[] words = message.text().split(" ", 4);
            int id = Integer.parseInt(words[0]);
            if (words[1].equals("accepted")) accepted(id, message.socket(), Integer.parseInt(words[2]), words[3]);
            else answered(from, id, message);
        } catch (RuntimeException e) {
            discard(message);
            throw new IOException("a message that is none", e);
        }
    }

    private void accepted(int id, TenantSocket socket, int port, String address) {
        Listener listener;
        synchronized (this) {
            listener = listeners.get(id);
        }
        if (socket == null || port < 0 || port > 65_535) throw new IllegalArgumentException("accepted nothing");
        if (listener == null) discard(new Message("", socket)); // listened no more
        else listener.accepted(socket, printable(address), port);
    }

    private void answered(Forwarder from, int id, Message message) {
        CompletableFuture<Message> waiting;
        synchronized (this) {
            waiting = from == forwarder ? asked.remove(id) : null;
        }
        if (waiting == null || !waiting.complete(message)) discard(message);
    }

    private static void discard(Message message) {
        try {
            if (message.socket() != null) message.socket().close();
        } catch (IOException e) {
            LOG.debugf("a socket: %s", e.getMessage());
        }
    }

    private void gone(Forwarder which) {
        Map<Integer, CompletableFuture<Message>> left;
        synchronized (this) {
            if (which != forwarder) return;
            forwarder = null;
            agentPath = null;
            listeners.clear();
            left = Map.copyOf(asked);
            asked.clear();
        }
        left.values()
                .forEach(answer -> answer.completeExceptionally(new IOException("The tenant's forwarding ended.")));
    }

    /** The SSH connection is over: nothing is listened on any more. Connections end with their channels. */
    void close() {
        Forwarder running;
        synchronized (this) {
            closed = true;
            running = forwarder;
        }
        if (running != null) running.end();
    }
}
