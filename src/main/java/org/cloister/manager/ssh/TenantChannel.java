package org.cloister.manager.ssh;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.PtyMode;
import org.apache.sshd.common.channel.RequestHandler.Result;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.channel.ChannelSession;
import org.cloister.manager.process.Client;
import org.cloister.manager.process.Places;
import org.cloister.manager.process.TenantProcess;
import org.cloister.manager.session.OpenConnection;
import org.cloister.manager.session.OpenSession;
import org.cloister.manager.session.Runs;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.Request;
import org.jboss.logging.Logger;

/**
 * A session channel: collects what the client asks for (terminal, environment), then runs one shell, command or subsystem
 * in the tenant. The library's own Command is not used: it would keep a close waiting for the process, and resumes only
 * one of the two output streams when the client's window opens again.
 *
 * <p>Its handlers run on network threads and never wait.
 */
final class TenantChannel extends ChannelSession implements Client {

    /** Under this class's own name the library logs what clients send, as they sent it; that name is off. */
    private static final Logger LOG = Logger.getLogger(TenantProcess.class);

    /** Runs in the tenant, with its own files and under its own limits. */
    private static final Map<String, String> SUBSYSTEMS = Map.of("sftp", "/usr/lib/openssh/sftp-server");

    /** For a client to have room for a line. */
    private static final Duration ANNOUNCEMENT = Duration.ofSeconds(10);

    private final AgentClient agent;
    private final Places places;
    private final Forwarding forwarding;
    private final Executor threads;
    private final Login login;
    private final OpenConnection connection;
    private final Wishes wishes = new Wishes();
    private final Object ending = new Object();
    private volatile TenantProcess process;
    private volatile OpenSession seen;
    private boolean started;
    private boolean clientClosed;
    private boolean ended;

    /**
     * @param window what the client may send before it is read, in bytes
     * @param whenClosed called once
     */
    TenantChannel(
            AgentClient agent,
            Places places,
            Forwarding forwarding,
            Executor threads,
            Login login,
            OpenConnection connection,
            long window,
            Runnable whenClosed) {
        super(List.of());
        this.agent = agent;
        this.places = places;
        this.forwarding = forwarding;
        this.threads = threads;
        this.login = login;
        this.connection = connection;
        CoreModuleProperties.WINDOW_SIZE.set(this, window);
        addCloseFutureListener(closed -> {
            if (seen != null) seen.close();
            whenClosed.run();
        });
    }

    // --- what the client asks for ---

    @Override
    protected Result handlePtyReqParsed(
            String term, int columns, int rows, int width, int height, Map<PtyMode, Integer> modes) {
        if (process != null || !login.permissions().mayHaveTerminal()) return Result.ReplyFailure;
        wishes.size(columns, rows, width, height);
        wishes.terminal(term);
        return Result.ReplySuccess;
    }

    @Override
    protected Result handleWindowChangeParsed(int columns, int rows, int width, int height) {
        if (wishes.terminal() == null) return Result.ReplyFailure;
        wishes.size(columns, rows, width, height);
        TenantProcess running = process;
        if (running != null) running.resize(wishes.terminal());
        return Result.ReplySuccess;
    }

    @Override
    protected Result handleEnvParsed(String name, String value) {
        return wishes.set(name, value) ? Result.ReplySuccess : Result.ReplyFailure;
    }

    @Override
    protected Result handleSignalParsed(String name) {
        OptionalInt number = Signals.number(name);
        TenantProcess running = process;
        if (number.isEmpty() || running == null) return Result.ReplyFailure;
        running.signal(number.getAsInt());
        return Result.ReplySuccess;
    }

    /** Beside RFC 4254: OpenSSH's PROTOCOL section 2.1, the client's output is closed. */
    @Override
    protected Result handleInternalRequest(String request, boolean wantReply, Buffer buffer) throws IOException {
        if (!request.equals("eow@openssh.com")) return super.handleInternalRequest(request, wantReply, buffer);
        TenantProcess running = process;
        if (running != null) running.closeOutput();
        return Result.ReplySuccess;
    }

    @Override
    protected Result handleBreakParsed(long milliseconds) {
        return handleSignalParsed("INT");
    }

    @Override
    protected Result handleShellParsed(String request) {
        return prepare(null, null, Runs.shell(wishes.terminal() != null));
    }

    @Override
    protected Result handleExecParsed(String request, String command) {
        return command.indexOf('\0') < 0
                ? prepare(command, command, Runs.command(command, wishes.terminal() != null))
                : Result.ReplyFailure;
    }

    @Override
    protected Result handleSubsystemParsed(String request, String subsystem) {
        String program = SUBSYSTEMS.get(subsystem);
        return program == null ? Result.ReplyFailure : prepare("exec " + program, program, Runs.subsystem(subsystem));
    }

    @Override
    protected Result handleAgentForwardingParsed(String request) {
        if (process != null || !login.permissions().mayForwardAgent()) return Result.ReplyFailure;
        wishes.agent();
        return Result.ReplySuccess;
    }

    @Override
    protected Result handleX11ForwardingParsed(
            String request,
            org.apache.sshd.server.session.ServerSession session,
            boolean single,
            String protocol,
            String cookie,
            int screen) {
        return Result.ReplyFailure;
    }

    /**
     * @param line for the user's shell; null for a login shell
     * @param asked what a forced command is told of it
     */
    private Result prepare(String line, String asked, Runs runs) {
        if (process != null || isClosing()) return Result.ReplyFailure;
        Request.OpenSession request = wishes.request(
                login,
                line,
                asked,
                Sources.address(getSession().getClientAddress()),
                Sources.address(getSession().getIoSession().getLocalAddress()));
        String forced = login.permissions().command();
        seen = connection.open(
                forced == null ? runs : Runs.command(forced, request.terminal() != null),
                sentence -> {
                    if (process != null) process.end(sentence);
                },
                sentence -> threads.execute(() -> tell(sentence)));
        TenantProcess prepared = new TenantProcess(this, request, seen, agent, places, threads);
        if (wishes.wantsAgent()) prepared.give(() -> forwarding.agent(getSession()));
        process = prepared;
        return Result.ReplySuccess;
    }

    /** The process starts after the client was told that it will, so that no output comes before that answer. */
    @Override
    protected IoWriteFuture sendResponse(Buffer buffer, String request, Result result, boolean wantReply)
            throws IOException {
        IoWriteFuture sent = super.sendResponse(buffer, request, result, wantReply);
        if (process != null && !started) {
            started = true;
            process.start();
        }
        return sent;
    }

    // --- what the client sends ---

    @Override
    protected void doWriteData(byte[] data, int offset, long length) {
        TenantProcess running = process;
        OpenSession open = seen;
        if (open != null) open.received(length);
        if (running == null) giveBack((int) length); // before any process: nobody to read it
        else running.input().put(data, offset, (int) length);
    }

    @Override
    protected void doWriteExtendedData(byte[] data, int offset, long length) {
        giveBack((int) length); // a client has no standard error
    }

    @Override
    public void handleEof() throws IOException {
        super.handleEof();
        TenantProcess running = process;
        if (running != null) running.input().end();
    }

    @Override
    public void giveBack(int bytes) {
        if (isClosing()) return;
        try {
            getLocalWindow().release(bytes);
        } catch (IOException e) {
            LOG.debugf("a channel's window: %s", e.getMessage());
        }
    }

    // --- how it ends ---

    /** A channel that came while the connection was closing is not closed by the library, and holds a window. */
    @Override
    public void handleChannelRegistrationResult(
            ConnectionService service, Session session, long id, boolean registered) {
        if (!registered) close(true);
        super.handleChannelRegistrationResult(service, session, id, registered);
    }

    /**
     * A client that has sent its end of file closes the channel when it gets ours, and still takes the exit status. The
     * process lives a little longer than its output, or a long while, so the answer waits for its end, as sshd's does
     * (RFC 4254 section 5.3 leaves the time open); a connection that ends does not wait.
     */
    @Override
    public void handleClose() throws IOException {
        TenantProcess running = process;
        synchronized (ending) {
            clientClosed = running != null && isEofSent() && !ended;
            if (clientClosed) {
                running.input().end();
                return;
            }
        }
        super.handleClose();
    }

    /** The last word to the client was said. */
    private void end() {
        boolean answer;
        synchronized (ending) {
            ended = true;
            answer = clientClosed;
        }
        try {
            if (answer) super.handleClose();
            else close(false);
        } catch (IOException e) {
            close(true);
        }
    }

    @Override
    public Pump output(ReadableByteChannel source, Runnable whenDone) {
        return new OutputPump(this, source, OutputPump.Stream.OUTPUT, this::sent, whenDone);
    }

    @Override
    public Pump error(ReadableByteChannel source, Runnable whenDone) {
        return new OutputPump(this, source, OutputPump.Stream.ERROR, this::sent, whenDone);
    }

    private void sent(int bytes) {
        OpenSession open = seen;
        if (open != null) open.sent(bytes);
    }

    @Override
    public void announce(String sentence) throws IOException {
        byte[] line = (sentence + "\r\n").getBytes(StandardCharsets.UTF_8);
        try {
            getRemoteWindow().waitAndConsume(line.length, ANNOUNCEMENT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        Buffer packet = message(SshConstants.SSH_MSG_CHANNEL_DATA);
        packet.putBytes(line);
        writePacket(packet);
    }

    /**
     * On the standard error of a client that has a terminal, a line of its own, as wall(1) writes to one; where the client
     * takes nothing for a while it is not told.
     */
    private void tell(String sentence) {
        if (isClosing() || isEofSent()) return;
        byte[] line = ("\r\n" + sentence + "\r\n").getBytes(StandardCharsets.UTF_8);
        try {
            getRemoteWindow().waitAndConsume(line.length, ANNOUNCEMENT);
            if (!isEofSent()) writeError(line);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            LOG.debugf("a client was not told something: %s", e.getMessage());
        }
    }

    @Override
    public void endOutput() {
        if (isClosing()) return;
        try {
            sendEof();
        } catch (IOException e) {
            LOG.debugf("a channel's end of file: %s", e.getMessage());
        }
    }

    @Override
    public void exited(org.cloister.protocol.Session.Exit exit) {
        if (isClosing()) return;
        if (exit.lost() != null) {
            LOG.warnf("how a session in a tenant ended is not known: %s", exit.lost());
            refuse("The session ended: " + exit.lost() + ".");
            return;
        }
        try {
            if (exit.signal() == 0) sendExitStatus(exit.status());
            else sendExitSignal(Signals.name(exit.signal()));
        } catch (IOException e) {
            LOG.warnf("an exit status did not reach its client: %s", e.getMessage());
        }
        end();
    }

    /** On standard error; the channel ends as ssh itself ends when it fails. */
    @Override
    public void refuse(String sentence) {
        if (isClosing()) return;
        try {
            byte[] line = (sentence + (wishes.terminal() == null ? "\n" : "\r\n")).getBytes(StandardCharsets.UTF_8);
            if (!isEofSent() && getRemoteWindow().getSize() >= line.length) {
                getRemoteWindow().consume(line.length);
                writeError(line);
            }
            sendEof();
            sendExitStatus(255);
        } catch (IOException | RuntimeException e) {
            LOG.debugf("a refusal: %s", e.getMessage());
        }
        end();
    }

    private void writeError(byte[] line) throws IOException {
        Buffer packet = message(SshConstants.SSH_MSG_CHANNEL_EXTENDED_DATA);
        packet.putUInt(SshConstants.SSH_EXTENDED_DATA_STDERR);
        packet.putBytes(line);
        writePacket(packet);
    }

    private void sendExitSignal(String name) throws IOException {
        Buffer packet = message(SshConstants.SSH_MSG_CHANNEL_REQUEST);
        packet.putString("exit-signal");
        packet.putBoolean(false);
        packet.putString(name);
        packet.putBoolean(false); // whether it dumped core is not known
        packet.putString("");
        packet.putString("");
        writePacket(packet);
    }

    private Buffer message(byte command) {
        Session session = getSession();
        Buffer packet = session.createBuffer(command);
        packet.putUInt(getRecipient());
        return packet;
    }

    @Override
    protected void preClose() {
        TenantProcess running = process;
        if (running != null) running.hangUp();
        super.preClose();
    }
}
