package org.cloister.manager.ssh;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.sshd.client.channel.AbstractClientChannel;
import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.LocalWindow;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.core.CoreModuleProperties;
import org.cloister.manager.process.InputQueue;
import org.cloister.manager.session.OpenConnection;
import org.cloister.protocol.TenantSocket;
import org.jboss.logging.Logger;

/**
 * A channel that carries one forwarded connection, both ways, each with an end of its own. Either the client opened it and
 * the socket is made then, or a socket came and the client is asked to take the channel.
 *
 * <p>Its handlers run on network threads and never wait.
 */
final class ForwardedChannel extends AbstractClientChannel {

    private static final Logger LOG = Logger.getLogger(ForwardedChannel.class);

    /** Makes the socket of a channel that the client opens. May wait. */
    interface Target {
        TenantSocket reach() throws ForwardException, InterruptedException;
    }

    /** Reads from the client's request where it wants to go. Does not wait. */
    interface Request {
        Target read(Buffer request) throws ForwardException;
    }

    private final Executor threads;
    private final OpenConnection seen;
    private final Request request;
    private final Consumer<Buffer> introduction;
    private final InputQueue input;
    private TenantSocket socket;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean clientClosed;

    private ForwardedChannel(
            String type,
            Executor threads,
            OpenConnection seen,
            Request request,
            TenantSocket socket,
            Consumer<Buffer> introduction,
            long window,
            Runnable whenClosed) {
        super(type);
        this.threads = threads;
        this.seen = seen;
        this.request = request;
        this.socket = socket;
        this.introduction = introduction;
        this.input = new InputQueue(threads, this::giveBack);
        CoreModuleProperties.WINDOW_SIZE.set(this, window);
        addCloseFutureListener(closed -> {
            threads.execute(this::release);
            whenClosed.run();
        });
    }

    /**
     * A channel that the client opens.
     *
     * @param window what the client may send before it is read, in bytes
     * @param whenClosed called once
     */
    static ForwardedChannel asked(
            String type, Executor threads, OpenConnection seen, Request request, long window, Runnable whenClosed) {
        return new ForwardedChannel(type, threads, seen, request, null, null, window, whenClosed);
    }

    /**
     * A channel that the client shall take.
     *
     * @param socket owned by the channel from now on
     * @param introduction adds to the opening message what its type wants
     */
    static ForwardedChannel offered(
            String type,
            Executor threads,
            OpenConnection seen,
            TenantSocket socket,
            Consumer<Buffer> introduction,
            long window,
            Runnable whenClosed) {
        return new ForwardedChannel(type, threads, seen, null, socket, introduction, window, whenClosed);
    }

    // --- how it begins ---

    /** The client opens it. The answer comes later, from another thread. */
    @Override
    public OpenFuture open(long recipient, long windowSize, long packetSize, Buffer buffer) {
        setRecipient(recipient);
        getRemoteWindow().init(windowSize, packetSize, getSession().getFactoryManager());
        openFuture = new DefaultOpenFuture(this, futureLock);
        try {
            Target target = request.read(buffer);
            threads.execute(() -> reach(target));
        } catch (ForwardException e) {
            refuse(e);
        }
        return new DefaultOpenFuture(this, null); // never done: the library's own refusals carry no sentence
    }

    private void reach(Target target) {
        TenantSocket made;
        try {
            made = target.reach();
        } catch (ForwardException e) {
            refuse(e);
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close(true);
            return;
        }
        synchronized (this) {
            socket = made;
        }
        try {
            signalChannelOpenSuccess(); // sends the confirmation, which comes before any data
            openFuture.setOpened();
        } catch (RuntimeException e) {
            LOG.debugf("a forwarded connection: %s", e.getMessage());
            close(true);
        }
        carry(made);
    }

    private void refuse(ForwardException why) {
        try {
            Buffer answer = getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_OPEN_FAILURE);
            answer.putUInt(getRecipient());
            answer.putUInt(why.reason());
            answer.putString(why.getMessage());
            answer.putString("en");
            getSession().writePacket(answer);
        } catch (IOException e) {
            LOG.debugf("a refused channel: %s", e.getMessage());
        }
        openFuture.setException(why);
        close(true);
    }

    /** Asks the client to take it. */
    @Override
    public synchronized OpenFuture open() throws IOException {
        openFuture = new DefaultOpenFuture(this, futureLock);
        LocalWindow window = getLocalWindow();
        Buffer message = getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_OPEN);
        message.putString(getChannelType());
        message.putUInt(getChannelId());
        message.putUInt(window.getSize());
        message.putUInt(window.getPacketSize());
        introduction.accept(message);
        writePacket(message);
        return openFuture;
    }

    /** The client took it. */
    @Override
    protected void doOpen() {
        threads.execute(() -> carry(socket));
    }

    // --- both ways ---

    /** From the socket to the client on this thread; from the client to the socket as it comes. */
    private void carry(TenantSocket made) {
        if (isClosing()) {
            release();
            return;
        }
        input.open(new Sink(made.output()), null, this::inputEnded);
        new OutputPump(this, made.input(), OutputPump.Stream.OUTPUT, seen::sent, this::outputEnded).run();
    }

    /** Tells when the socket takes no more. */
    private final class Sink implements WritableByteChannel {

        private final WritableByteChannel output;

        Sink(WritableByteChannel output) {
            this.output = output;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            try {
                return output.write(bytes);
            } catch (IOException e) {
                inputEnded();
                throw e;
            }
        }

        @Override
        public boolean isOpen() {
            return output.isOpen();
        }

        @Override
        public void close() throws IOException {
            output.close();
        }
    }

    @Override
    protected void doWriteData(byte[] data, int offset, long length) {
        seen.received((int) length);
        input.put(data, offset, (int) length);
    }

    @Override
    protected void doWriteExtendedData(byte[] data, int offset, long length) {
        giveBack((int) length); // there is no such thing in a forwarded connection
    }

    /** The client may send as much again. */
    private void giveBack(int bytes) {
        if (isClosing()) return;
        try {
            getLocalWindow().release(bytes);
        } catch (IOException e) {
            LOG.debugf("a channel's window: %s", e.getMessage());
        }
    }

    // --- how it ends: each way by itself, the channel after both ---

    @Override
    public void handleEof() throws IOException {
        super.handleEof();
        input.end();
    }

    /** What the client sent was written, or will never be. */
    private void inputEnded() {
        TenantSocket open;
        boolean answer;
        synchronized (this) {
            open = socket;
            answer = clientClosed && !inputEnded;
            inputEnded = true;
        }
        try {
            open.endOutput();
        } catch (IOException e) {
            LOG.debugf("an end of file: %s", e.getMessage());
        }
        if (answer) answerClose();
        else closeAfterBoth();
    }

    /** The socket's other side sends no more. */
    private void outputEnded() {
        synchronized (this) {
            outputEnded = true;
        }
        if (isClosing()) return;
        try {
            sendEof();
        } catch (IOException e) {
            LOG.debugf("a channel's end of file: %s", e.getMessage());
        }
        closeAfterBoth();
    }

    private void closeAfterBoth() {
        synchronized (this) {
            if (!inputEnded || !outputEnded) return;
        }
        close(false);
    }

    /** The client is done; what it sent before is still written, as sshd does. */
    @Override
    public void handleClose() {
        boolean more;
        synchronized (this) {
            clientClosed = true;
            more = socket != null && !inputEnded;
        }
        if (more) input.end();
        else answerClose();
    }

    private void answerClose() {
        try {
            super.handleClose();
        } catch (IOException e) {
            close(true);
        }
    }

    /** A channel that came while the connection was closing is not closed by the library, and holds a window. */
    @Override
    public void handleChannelRegistrationResult(
            ConnectionService service, Session session, long id, boolean registered) {
        if (!registered) close(true);
        super.handleChannelRegistrationResult(service, session, id, registered);
    }

    @Override
    protected void preClose() {
        // Else a connection that ends would wait for the target of this one.
        if (openFuture != null && !openFuture.isDone())
            openFuture.setException(new IOException("closed before it opened"));
        threads.execute(this::release);
        super.preClose();
    }

    /** Wakes whoever reads or writes. */
    private void release() {
        TenantSocket open;
        synchronized (this) {
            open = socket;
        }
        try {
            if (open != null) open.close();
        } catch (IOException e) {
            LOG.debugf("a socket: %s", e.getMessage());
        }
        input.discard();
    }
}
