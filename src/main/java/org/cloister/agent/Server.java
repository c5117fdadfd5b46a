package org.cloister.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.cloister.agent.linux.Command;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.sandbox.Commands;
import org.cloister.agent.sandbox.Refusal;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Request;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.FileDescriptorCast;

/** Answers the manager: one request a connection, each on a thread of its own, peers checked by the kernel's word. */
final class Server implements Closeable {

    private static final System.Logger LOG = System.getLogger(Server.class.getName());
    private static final int CONNECTIONS = 256;
    private static final int REQUEST_MILLISECONDS = 10_000;

    private final AFUNIXServerSocket socket;
    private final Agent.Parts parts;
    private final Machine machine;
    private final long managerUid;
    private final Semaphore places = new Semaphore(CONNECTIONS);

    private Server(AFUNIXServerSocket socket, Agent.Parts parts, Machine machine, long managerUid) {
        this.socket = socket;
        this.parts = parts;
        this.machine = machine;
        this.managerUid = managerUid;
    }

    /** Binds the socket. It takes requests only once {@link #run} is called. */
    static Server listen(Instance instance, Agent.Parts parts) throws IOException {
        Path directory = instance.run().resolve("agent");
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));
        Path path = directory.resolve("agent.sock");
        Files.deleteIfExists(path);
        AFUNIXServerSocket socket = AFUNIXServerSocket.bindOn(AFUNIXSocketAddress.of(path));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
        long managerUid = managerUid(instance.name());
        if (managerUid > 0) Command.run(List.of("chgrp", "--", instance.name(), directory.toString(), path.toString()));
        return new Server(socket, parts, new Machine(instance, parts), managerUid);
    }

    void run() throws IOException {
        while (!socket.isClosed()) {
            AFUNIXSocket connection;
            try {
                connection = socket.accept();
            } catch (IOException e) { // too many open files, or the peer has gone: no reason to end
                LOG.log(System.Logger.Level.WARNING, "accept: " + e.getMessage());
                pause();
                continue;
            }
            if (!places.tryAcquire()) {
                connection.close();
                continue;
            }
            Thread.ofPlatform().name("request").start(() -> {
                try (connection) {
                    attend(connection);
                } catch (IOException e) {
                    LOG.log(System.Logger.Level.DEBUG, "a connection broke: " + e.getMessage());
                } catch (RuntimeException e) {
                    LOG.log(System.Logger.Level.ERROR, "a request failed", e);
                } finally {
                    places.release();
                }
            });
        }
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void attend(AFUNIXSocket connection) throws IOException {
        long uid = connection.getPeerCredentials().getUid();
        if (uid != 0 && !(managerUid > 0 && uid == managerUid)) return;
        connection.setAncillaryReceiveBufferSize(1024);
        connection.setSoTimeout(REQUEST_MILLISECONDS);
        Request<?> request;
        try {
            request = Frames.read(connection.getInputStream(), Request.class, Frames.LARGEST_REQUEST);
        } catch (EOFException e) {
            return;
        } catch (JsonProcessingException e) {
            Frames.write(connection.getOutputStream(), new Reply.Failed(Reply.Reason.INVALID, sentence(e)));
            return;
        }
        List<Fd> received = received(connection);
        try {
            answer(connection, request, received);
        } finally {
            received.forEach(Fd::close);
        }
    }

    private void answer(AFUNIXSocket connection, Request<?> request, List<Fd> received) throws IOException {
        Reply reply;
        try {
            if (request instanceof Request.OpenSession open) {
                open(connection, open);
                return;
            }
            if (request instanceof Request.OpenForwarder open) {
                open(connection, open);
                return;
            }
            reply = reply(request, received, progress -> {
                try {
                    Frames.write(connection.getOutputStream(), progress);
                } catch (IOException e) {
                    // Whoever asked is gone; what was begun is finished, so that nothing is left half made.
                }
            });
        } catch (Refusal e) {
            reply = new Reply.Failed(e.reason(), e.getMessage());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, request.getClass().getSimpleName() + ": " + e.getMessage());
            reply = new Reply.Failed(full(e) || quotaReached(e) ? Reply.Reason.FULL : Reply.Reason.FAULT, failure(e));
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) { // this request's fault alone
            LOG.log(System.Logger.Level.ERROR, request.getClass().getSimpleName(), e);
            reply = new Reply.Failed(Reply.Reason.FAULT, "The agent failed: " + e);
        }
        Frames.write(connection.getOutputStream(), reply);
    }

    private Reply reply(Request<?> request, List<Fd> received, Consumer<Reply.Progress> progress)
            throws IOException, Refusal {
        return switch (request) {
            case Request.Host host -> machine.describe();
            case Request.Posture posture -> machine.posture();
            case Request.Apply apply -> new Reply.Tenant(parts.tenants().apply(apply.spec(), progress));
            case Request.Remove remove -> {
                parts.deletion().delete(remove.tenant());
                yield new Reply.Done();
            }
            case Request.States states -> new Reply.Tenants(parts.tenants().states());
            case Request.Inspect inspect -> new Reply.Inspected(parts.tenants().inspect(inspect.tenant()));
            case Request.Namespaces namespaces ->
                new Reply.Namespaces(parts.tenants().namespaces());
            case Request.Measure measure -> new Reply.Measured(parts.tenants().measure(measure.tenant()));
            case Request.Resize resize -> {
                if (received.size() != 1) throw new Refusal(Reply.Reason.INVALID, "One terminal must come with it.");
                Commands.resize(received.getFirst(), resize.terminal());
                yield new Reply.Done();
            }
            case Request.Snapshots snapshots ->
                new Reply.SnapshotList(parts.history().list(snapshots.tenant()));
            case Request.TakeSnapshot take -> {
                parts.history().take(take.tenant(), take.snapshot(), take.note());
                yield new Reply.Done();
            }
            case Request.RestoreSnapshot restore ->
                new Reply.Tenant(parts.history().restore(restore.tenant(), restore.snapshot(), progress));
            case Request.RemoveSnapshot remove -> {
                parts.history().remove(remove.tenant(), remove.snapshot());
                yield new Reply.Done();
            }
            case Request.Templates templates ->
                new Reply.TemplateList(parts.templates().list());
            case Request.BuildTemplate build -> {
                parts.templates().build(suite(build.suite()), progress);
                yield new Reply.Done();
            }
            case Request.RemoveTemplate remove -> {
                parts.templates().remove(suite(remove.suite()));
                yield new Reply.Done();
            }
            case Request.Audit audit -> parts.audit().run(audit.tenants(), audit.focus(), progress);
            case Request.ReadRecord read -> parts.chain().read(read.sequence());
            case Request.NoteReading reading -> parts.chain().seal(reading);
            case Request.RotateKey rotate -> parts.chain().rotate();
            case Request.TestNeighbour test -> parts.neighbourTest().run(test, progress);
            case Request.OpenSession open -> throw new IllegalStateException("answered with descriptors");
            case Request.OpenForwarder open -> throw new IllegalStateException("answered with a descriptor");
        };
    }

    private void open(AFUNIXSocket connection, Request.OpenSession request) throws IOException, Refusal {
        try (Commands.Started started = parts.tenants()
                .commands(request.tenant())
                .shell(request.user(), request.command(), request.terminal(), request.environment())) {
            List<FileDescriptor> descriptors = new ArrayList<>();
            descriptors.add(descriptor(started.status().fd()));
            for (Fd stream : started.streams()) descriptors.add(descriptor(stream));
            try (Fd atOnce = request.terminal() == null
                    ? Linux.againAtOnce(started.streams().getFirst())
                    : null) {
                if (atOnce != null) descriptors.add(descriptor(atOnce));
                connection.setOutboundFileDescriptors(descriptors.toArray(FileDescriptor[]::new));
                Frames.write(connection.getOutputStream(), new Reply.Done());
            }
        }
    }

    private void open(AFUNIXSocket connection, Request.OpenForwarder request) throws IOException, Refusal {
        try (Commands.Started started =
                parts.tenants().commands(request.tenant()).forwarder(parts.forwarder(), request.user())) {
            connection.setOutboundFileDescriptors(descriptor(started.streams().getFirst()));
            Frames.write(connection.getOutputStream(), new Reply.Done());
        }
    }

    /** A view of the number for junixsocket; the {@link Fd} stays its owner. */
    private static FileDescriptor descriptor(Fd fd) throws IOException {
        return FileDescriptorCast.unsafeUsing(fd.number()).getFileDescriptor();
    }

    private static List<Fd> received(AFUNIXSocket connection) throws IOException {
        List<Fd> received = new ArrayList<>();
        FileDescriptor[] descriptors = connection.getReceivedFileDescriptors();
        if (descriptors != null)
            for (FileDescriptor descriptor : descriptors)
                received.add(Fd.owning( // those that came are closed with the connection
                        FileDescriptorCast.duplicating(descriptor).as(Integer.class)));
        return received;
    }

    private static String suite(String name) throws Refusal {
        if (name == null
                || !org.cloister.protocol.TenantSpec.TEMPLATE.matcher(name).matches())
            throw new Refusal(Reply.Reason.INVALID, "A template is named after its Debian suite, such as bookworm.");
        return name;
    }

    private static boolean full(IOException e) {
        String text = String.valueOf(e.getMessage());
        return text.contains("No space left on device") || text.contains("ENOSPC");
    }

    private static boolean quotaReached(IOException e) {
        String text = String.valueOf(e.getMessage());
        return text.contains("Disk quota exceeded") || text.contains("EDQUOT");
    }

    private String failure(IOException e) throws IOException {
        if (quotaReached(e))
            return "The tenant's disk limit is used up. Delete a snapshot or files of the tenant, or raise the limit. ("
                    + e.getMessage() + ")";
        if (!full(e)) return e.getMessage();
        return "The pool is full: " + (parts.pool().freeBytes() >> 20) + " of "
                + (parts.pool().totalBytes() >> 20)
                + " MB are free. Delete what is not needed, or make the pool larger. (" + e.getMessage() + ")";
    }

    private static String sentence(JsonProcessingException e) {
        Throwable cause = e.getCause();
        return "The request is not one the agent knows: "
                + (cause != null ? cause.getMessage() : e.getOriginalMessage());
    }

    /** -1 where the machine has no such user: then only root is served. */
    private static long managerUid(String name) throws IOException {
        for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
            String[] fields = line.split(":");
            if (fields.length > 2 && fields[0].equals(name)) return Long.parseLong(fields[2]);
        }
        return -1;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
