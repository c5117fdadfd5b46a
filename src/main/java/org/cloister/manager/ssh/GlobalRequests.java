package org.cloister.manager.ssh;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.RequestHandler;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.jboss.logging.Logger;

/**
 * The requests that concern a whole connection: to listen in the tenant (-R), to end that, and to say that somebody is
 * still there. Answers carry no number and go by their order (RFC 4254 section 4), so each request waits for the answers
 * of those before it.
 */
final class GlobalRequests implements RequestHandler<ConnectionService> {

    private static final Logger LOG = Logger.getLogger(GlobalRequests.class);

    /** A client that asks for more at once does not listen to answers. */
    private static final int WAITING = 64;

    private final Forwarding forwarding;
    private final Executor threads;

    GlobalRequests(Forwarding forwarding, Executor threads) {
        this.forwarding = forwarding;
        this.threads = threads;
    }

    /** Work that may wait, and what to add to the answer. */
    private interface Job {
        Consumer<Buffer> run() throws ForwardException, InterruptedException;
    }

    private static final Consumer<Buffer> NOTHING = answer -> {};

    @Override
    public Result process(ConnectionService connection, String request, boolean wantReply, Buffer buffer) {
        Session session = connection.getSession();
        Line line = session.computeAttributeIfAbsent(Line.OF_SESSION, key -> new Line(session));
        Job job = line.job(request, buffer);
        if (job == null) { // the library's own answer, unless others wait for theirs
            Result result = request.startsWith("keepalive@") ? Result.ReplySuccess : Result.ReplyFailure;
            if (!wantReply || line.isEmpty()) return result;
            job = () -> {
                if (result == Result.ReplySuccess) return NOTHING;
                throw new ForwardException(0, request);
            };
        }
        line.add(job, wantReply);
        return Result.Replied;
    }

    /** One connection's requests, and what it listens on. */
    private final class Line {

        private static final AttributeKey<Line> OF_SESSION = new AttributeKey<>();

        private final Session session;
        private final Forwards forwards;
        private final Deque<Runnable> waiting = new ArrayDeque<>();
        private final Map<String, Forwards.Listening> listening = new HashMap<>(); // of the jobs alone

        Line(Session session) {
            this.session = session;
            this.forwards = forwarding.of(session);
        }

        /** Null for what is no work. */
        Job job(String request, Buffer buffer) {
            return switch (request) {
                case "tcpip-forward" -> { // RFC 4254 section 7.1
                    String host = buffer.getString();
                    long port = buffer.getUInt();
                    yield () -> listen(host, port);
                }
                case "cancel-tcpip-forward" -> {
                    String host = buffer.getString();
                    long port = buffer.getUInt();
                    yield () -> end(port + " " + host);
                }
                case "streamlocal-forward@openssh.com" -> { // OpenSSH's PROTOCOL section 2.4
                    String path = buffer.getString();
                    yield () -> bind(path);
                }
                case "cancel-streamlocal-forward@openssh.com" -> {
                    String path = buffer.getString();
                    yield () -> end(path);
                }
                default -> null;
            };
        }

        private Consumer<Buffer> listen(String host, long port) throws ForwardException, InterruptedException {
            String address = host.equals("*") ? "" : host;
            if (port > 65_535 || !(address.isEmpty() || Forwarding.isHost(address)))
                throw new ForwardException(0, "that is no address and port");
            if (!forwards.login().permissions().mayListen(host, (int) port)) throw Forwarding.prohibited();
            int[] bound = {(int) port};
            Forwards.Listening made = forwards.listen(
                    "listen " + port + " " + address,
                    (socket, peer, peerPort) -> forwarding.offer(session, "forwarded-tcpip", socket, opening -> {
                        opening.putString(host); // as the client wrote it, which knows it by this
                        opening.putUInt(bound[0]);
                        opening.putString(peer);
                        opening.putUInt(peerPort);
                    }));
            if (port != 0) {
                listening.put(port + " " + host, made);
                return NOTHING;
            }
            bound[0] = Integer.parseInt(made.value());
            listening.put(bound[0] + " " + host, made);
            return answer -> answer.putUInt(bound[0]);
        }

        private Consumer<Buffer> bind(String path) throws ForwardException, InterruptedException {
            if (!Forwarding.isPath(path)) throw new ForwardException(0, "that is no absolute path");
            if (!forwards.login().permissions().mayListenSocket()) throw Forwarding.prohibited();
            Forwards.Listening made = forwards.listen(
                    "bind " + path,
                    (socket, peer, peerPort) ->
                            forwarding.offer(session, "forwarded-streamlocal@openssh.com", socket, opening -> {
                                opening.putString(path);
                                opening.putString("");
                            }));
            listening.put(path, made);
            return NOTHING;
        }

        private Consumer<Buffer> end(String what) throws ForwardException, InterruptedException {
            Forwards.Listening made = listening.remove(what);
            if (made == null) throw new ForwardException(0, "that is not listened on");
            forwards.close(made);
            return NOTHING;
        }

        synchronized boolean isEmpty() {
            return waiting.isEmpty();
        }

        void add(Job job, boolean wantReply) {
            synchronized (this) {
                waiting.add(() -> run(job, wantReply));
                if (waiting.size() > WAITING) {
                    session.close(true);
                    return;
                }
                if (waiting.size() > 1) return; // the thread that works comes to it
            }
            threads.execute(this::work);
        }

        /** A job stays in the line until it is answered. */
        private void work() {
            while (true) {
                Runnable next;
                synchronized (this) {
                    next = waiting.peek();
                }
                if (next == null) return;
                next.run();
                synchronized (this) {
                    waiting.poll();
                    if (waiting.isEmpty()) return;
                }
            }
        }

        private void run(Job job, boolean wantReply) {
            try {
                Buffer answer;
                try {
                    Consumer<Buffer> more = job.run();
                    answer = session.createBuffer(SshConstants.SSH_MSG_REQUEST_SUCCESS);
                    more.accept(answer);
                } catch (ForwardException e) {
                    LOG.debugf("a request of a connection was refused: %s", e.getMessage());
                    answer = session.createBuffer(SshConstants.SSH_MSG_REQUEST_FAILURE);
                }
                if (wantReply) session.writePacket(answer);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException | RuntimeException e) {
                LOG.debugf("an answer: %s", e.getMessage());
                session.close(true); // one answer missing, and all later ones would be taken for others
            }
        }
    }
}
