package org.cloister.manager.process;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.manager.session.OpenConnection;
import org.cloister.manager.session.OpenSession;
import org.cloister.manager.session.Witness;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Request;
import org.cloister.protocol.Session;
import org.jboss.logging.Logger;

/**
 * What a client runs in its tenant: opened by the agent, fed and emptied here, ended with the client.
 *
 * <p>Reads go through the streams' channels, because closing a plain FileInputStream does not wake a thread that reads it,
 * and a terminal that is still being read is not hung up.
 */
public final class TenantProcess {

    private static final Logger LOG = Logger.getLogger(TenantProcess.class);

    /** After the shell's end a background process may hold its terminal: its output is awaited this long, as quiet. */
    private static final long QUIET_MILLIS = 100;

    private static final int HANG_UP = 1;

    private final Client client;
    private final OpenConnection.Who who;
    private final Request.OpenSession request;
    private final OpenSession seen;
    private final AgentClient agent;
    private final Places places;
    private final Executor threads;
    private final InputQueue input;
    private AgentSocket agentSocket = () -> null;
    private Session session;
    private volatile Witness witness = Witness.NOBODY;
    private volatile boolean ending;
    private boolean hungUp;
    private Request.Terminal size;
    private boolean resizing;

    /** @param threads never refuses, and starts a platform thread where none is free */
    public TenantProcess(
            Client client,
            Request.OpenSession request,
            OpenSession seen,
            AgentClient agent,
            Places places,
            Executor threads) {
        this.client = client;
        this.who = seen.connection().who();
        this.request = request;
        this.seen = seen;
        this.agent = agent;
        this.places = places;
        this.threads = threads;
        this.size = request.terminal();
        this.input = new InputQueue(threads, client::giveBack);
    }

    public InputQueue input() {
        return input;
    }

    /** Finds the path of a socket that leads to the client's agent, or null. */
    public interface AgentSocket {
        String path() throws InterruptedException;
    }

    /** The process gets that socket. Called before {@link #start}. */
    public void give(AgentSocket socket) {
        agentSocket = socket;
    }

    /** Returns at once; what happens then is told to the client. */
    public void start() {
        threads.execute(this::run);
    }

    /** The client's window has another size. */
    public synchronized void resize(Request.Terminal terminal) {
        if (request.terminal() == null) return;
        size = terminal;
        witness.resized(terminal.columns(), terminal.rows());
        if (session == null || resizing || hungUp) return;
        resizing = true;
        threads.execute(this::sendSize);
    }

    public void signal(int number) {
        threads.execute(() -> send(number));
    }

    private void send(int number) {
        Session running = running();
        if (running == null) return;
        try {
            running.signal(number);
        } catch (IOException e) {
            LOG.debugf("a signal for a process of %s was lost: %s", who.tenant(), e.getMessage());
        }
    }

    /** Nobody reads the output any more: the process learns it by SIGPIPE at its next write. */
    public void closeOutput() {
        threads.execute(() -> {
            Session running = running();
            if (running == null || request.terminal() != null) return; // a terminal's output is also its input
            try {
                running.output().close();
            } catch (IOException e) {
                LOG.debugf("an output of %s: %s", who.tenant(), e.getMessage());
            }
        });
    }

    /** Somebody ends the session: what runs in it gets a hang-up, also without a terminal, and the client reads why. */
    public void end(String sentence) {
        threads.execute(() -> {
            ending = true; // a process that ends at once says no last word before this one
            send(HANG_UP); // first: after the refusal there is nobody left to send it to
            client.refuse(sentence);
        });
    }

    /** The client is gone. A terminal hangs up on its processes; others run on until they read or write. */
    public void hangUp() {
        threads.execute(() -> {
            synchronized (this) {
                hungUp = true;
            }
            input.discard();
            close();
        });
    }

    private void run() {
        String full;
        try {
            full = places.take(who);
        } catch (RuntimeException e) {
            LOG.errorf("no session in %s: %s", who.tenant(), e.getMessage());
            full = "No session can be opened in " + who.tenant() + " just now; try again in a moment.";
        }
        if (full != null) {
            input.discard();
            client.refuse(full);
            return;
        }
        try {
            call();
            serve();
        } catch (IOException e) {
            input.discard();
            client.refuse(e.getMessage());
        } finally {
            witness.close();
            places.giveBack(who);
        }
    }

    /** Whoever must look on is there, and the client knows, before anything runs. */
    private void call() throws IOException {
        Request.Terminal terminal = request.terminal();
        witness = terminal == null
                ? seen.witness(0, 0, null)
                : seen.witness(
                        terminal.columns(),
                        terminal.rows(),
                        request.environment().get("TERM"));
        if (witness.announcement() != null) client.announce(witness.announcement());
    }

    private void serve() {
        Session opened;
        try {
            opened = agent.open(withAgentSocket());
        } catch (AgentException e) {
            input.discard();
            client.refuse(Refusals.sentence(who.tenant(), who.user(), e));
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        boolean late;
        synchronized (this) {
            session = opened;
            late = hungUp;
        }
        if (late) {
            close();
            return;
        }
        try {
            attend(opened);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    private Request.OpenSession withAgentSocket() throws InterruptedException {
        String path = agentSocket.path();
        if (path == null) return request;
        Map<String, String> more = new HashMap<>(request.environment());
        more.put("SSH_AUTH_SOCK", path);
        return new Request.OpenSession(request.tenant(), request.user(), request.command(), request.terminal(), more);
    }

    private void attend(Session opened) throws InterruptedException {
        boolean terminal = request.terminal() != null;
        CountDownLatch streams = new CountDownLatch(terminal ? 1 : 2);
        AtomicInteger open = new AtomicInteger((int) streams.getCount());
        // The end of the output is said before anybody goes on: after the exit status, which closes the channel, a
        // client
        // takes it for the end of a channel that it does not have, and drops the connection.
        Runnable done = () -> {
            if (open.decrementAndGet() == 0 && !ending) client.endOutput();
            streams.countDown();
        };
        ReadableByteChannel shown = Witnessed.output(opened.output().getChannel(), witness);
        Client.Pump output = client.output(shown, done);
        threads.execute(output);
        if (terminal) {
            input.open(opened.input(), null, null);
            resize(size);
        } else {
            threads.execute(client.error(opened.error().getChannel(), done));
            // Whoever looks on may take its time: never on a network thread.
            WritableByteChannel atOnce = witness == Witness.NOBODY ? opened.inputAtOnce() : null;
            input.open(Witnessed.input(opened.input(), witness), atOnce, opened::closeInput);
        }
        Session.Exit exit = opened.await();
        input.discard();
        if (terminal) {
            long before;
            do before = output.bytes();
            while (!streams.await(QUIET_MILLIS, TimeUnit.MILLISECONDS)
                    && (output.bytes() != before || !output.isReading()));
            close(); // what still holds the terminal gets a hang-up, and the pump its end
        }
        streams.await();
        if (!ending) client.exited(exit);
    }

    private void sendSize() {
        Request.Terminal sent = null;
        while (true) {
            Session running;
            synchronized (this) {
                if (size == sent || hungUp || session == null) {
                    resizing = false;
                    return;
                }
                sent = size;
                running = session;
            }
            try {
                agent.resize(running, sent);
            } catch (AgentException e) { // the agent is being restarted: the next change brings the size
                LOG.debugf("a terminal of %s kept its size: %s", who.tenant(), e.getMessage());
            } catch (RuntimeException e) {
                LOG.debugf("a terminal of %s was gone before its size: %s", who.tenant(), e.getMessage());
            }
        }
    }

    private synchronized Session running() {
        return hungUp ? null : session;
    }

    private void close() {
        Session open;
        synchronized (this) {
            open = session;
            hungUp = true;
        }
        if (open == null) return;
        try {
            open.close();
        } catch (IOException e) {
            LOG.debugf("descriptors of a session of %s: %s", who.tenant(), e.getMessage());
        }
    }
}
