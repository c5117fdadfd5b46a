package org.cloister.protocol;

import java.io.FileDescriptor;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.FileDescriptorCast;

/** Asks the agent. Safe for use by many threads; each request has a connection of its own. */
public final class AgentClient {

    /** An agent that was stopped or hangs holds nobody longer; work that lasts tells its progress and has no limit. */
    private static final int SILENCE_MILLISECONDS = 30_000;

    private final Path socket;

    public AgentClient(Path socket) {
        this.socket = socket;
    }

    public <R extends Reply> R ask(Request<R> request) throws AgentException {
        return ask(request, progress -> {});
    }

    /** @param progress called on this thread, between the request and its last reply */
    public <R extends Reply> R ask(Request<R> request, Consumer<Reply.Progress> progress) throws AgentException {
        try (AFUNIXSocket connection = connect()) {
            return converse(connection, request, progress);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** Runs a command or shell in a tenant. The caller owns the session and closes it. */
    public Session open(Request.OpenSession request) throws AgentException {
        try (AFUNIXSocket connection = connect()) {
            connection.setAncillaryReceiveBufferSize(1024);
            converse(connection, request, progress -> {});
            return new Session(received(connection, request.terminal() == null ? 5 : 2));
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** Runs a process in a tenant that makes sockets there. The caller owns it. */
    public Forwarder open(Request.OpenForwarder request) throws AgentException {
        try (AFUNIXSocket connection = connect()) {
            connection.setAncillaryReceiveBufferSize(1024);
            converse(connection, request, progress -> {});
            return new Forwarder(received(connection, 1)[0]);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private static FileDescriptor[] received(AFUNIXSocket connection, int expected) throws IOException {
        FileDescriptor[] descriptors = connection.getReceivedFileDescriptors();
        if (descriptors == null || descriptors.length != expected)
            throw new IOException("the session came without its descriptors");
        for (int i = 0; i < descriptors.length; i++) // those that came are closed with the connection
        descriptors[i] = FileDescriptorCast.duplicating(descriptors[i]).getFileDescriptor();
        return descriptors;
    }

    /** Sets the size of a session's terminal. */
    public void resize(Session session, Request.Terminal terminal) throws AgentException {
        try (AFUNIXSocket connection = connect()) {
            connection.setOutboundFileDescriptors(session.terminal());
            converse(connection, new Request.Resize(terminal), progress -> {});
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private AFUNIXSocket connect() throws IOException, AgentException {
        try {
            return AFUNIXSocket.connectTo(AFUNIXSocketAddress.of(socket));
        } catch (SocketException e) {
            throw new AgentException(
                    Reply.Reason.FAULT,
                    "The agent does not answer on this machine. Tenants go on running; `ops/up` starts the agent again.",
                    e);
        }
    }

    @SuppressWarnings("unchecked") // Request<R> names the type of its own last reply
    private static <R extends Reply> R converse(
            AFUNIXSocket connection, Request<R> request, Consumer<Reply.Progress> progress)
            throws IOException, AgentException {
        connection.setSoTimeout(request.lasts() ? 0 : SILENCE_MILLISECONDS);
        Frames.write(connection.getOutputStream(), request);
        while (true) {
            switch (Frames.read(connection.getInputStream(), Reply.class, Frames.LARGEST_REPLY)) {
                case Reply.Progress p -> progress.accept(p);
                case Reply.Failed failed -> throw new AgentException(failed.reason(), failed.sentence());
                case Reply last -> {
                    return (R) last;
                }
            }
        }
    }

    private static AgentException broken(IOException e) {
        return new AgentException(
                Reply.Reason.FAULT,
                "The connection to the agent broke (" + e.getMessage() + "). `ops/up` starts it again; then try again.",
                e);
    }
}
