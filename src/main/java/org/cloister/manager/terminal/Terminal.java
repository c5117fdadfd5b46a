package org.cloister.manager.terminal;

import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.WebSocketConnection;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.manager.process.Client;
import org.cloister.manager.process.Places;
import org.cloister.manager.process.TenantProcess;
import org.cloister.manager.session.OpenConnection;
import org.cloister.manager.session.OpenSession;
import org.cloister.manager.session.OpenSessions;
import org.cloister.manager.session.Runs;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.Request;
import org.cloister.protocol.Session;

/** One terminal in a page, from the opened socket to its end. What the socket says comes on network threads: they never wait. */
final class Terminal implements Client {

    /** Bytes that are sent and not shown yet. */
    static final int SHOWN = 256 * 1024;

    /** Bytes that are typed, or pasted, and not taken yet. */
    static final int TYPED = 64 * 1024;

    /** Pings that a page sends in its life: browsers send none. Each is answered, and answers nobody reads take memory. */
    private static final int PINGS = 64;

    private static final int POLICY = 1008;
    private static final CloseReason NORMAL = CloseReason.NORMAL;
    private static final Map<String, String> ENVIRONMENT = Map.of("TERM", "xterm-256color", "COLORTERM", "truecolor");

    private final Opening opening;
    private final WebSocketConnection socket;
    private final OpenConnection connection;
    private final OpenSession seen;
    private final TenantProcess process;
    private final Window window = new Window(SHOWN);
    private final AtomicInteger typed = new AtomicInteger();
    private final AtomicInteger untold = new AtomicInteger();
    private final AtomicInteger pings = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();
    private final Silence silence = new Silence(System::nanoTime);

    Terminal(
            Opening opening,
            WebSocketConnection socket,
            OpenSessions open,
            AgentClient agent,
            Places places,
            Executor threads) {
        this.opening = opening;
        this.socket = socket;
        connection = open.connected(opening.who(), this::end);
        seen = connection.open(Runs.shell(true), this::end, this::notice);
        Request.OpenSession request = new Request.OpenSession(
                opening.tenantId(), Opening.USER, null, opening.size().terminal(), ENVIRONMENT);
        process = new TenantProcess(this, request, seen, agent, places, threads);
    }

    Opening opening() {
        return opening;
    }

    OpenConnection connection() {
        return connection;
    }

    void start() {
        if (!over.get()) process.start();
    }

    /** Somebody or something ends it: what runs is hung up on, and the page tells why. */
    void end(String sentence) {
        process.end(sentence);
    }

    // --- what the page sends ---

    void type(byte[] bytes) {
        heard();
        if (typed.addAndGet(bytes.length) > TYPED) {
            cut();
            return;
        }
        seen.received(bytes.length);
        process.input().put(bytes, 0, bytes.length);
    }

    void hear(String text) {
        heard();
        switch (Word.of(text).orElse(null)) {
            case Word.Size size -> process.resize(size.terminal());
            case Word.Taken taken -> {
                if (!window.giveBack(taken.bytes())) cut();
            }
            case null -> cut();
        }
    }

    void pinged() {
        if (pings.incrementAndGet() > PINGS) cut();
    }

    void heard() {
        silence.broken();
    }

    /** Whether nobody is at the other end any more. */
    boolean isSilent() {
        return silence.isTooLong();
    }

    /** No page of ours does that. */
    void cut() {
        over("The page and the server do not understand each other.", new CloseReason(POLICY));
    }

    // --- what the page is sent ---

    private void notice(String sentence) {
        say(Word.notice(sentence));
    }

    /** Never waits. Who does not read is sent little: what it is told is bounded by what it sends and by others' terminals. */
    private void say(String text) {
        socket.sendText(text).subscribe().with(sent -> {}, failed -> {});
    }

    private void show(ByteBuffer bytes) throws IOException, InterruptedException {
        while (bytes.hasRemaining()) {
            byte[] piece = new byte[window.take(bytes.remaining())];
            if (piece.length == 0) throw new IOException("the page is gone");
            bytes.get(piece);
            try {
                socket.sendBinaryAndAwait(Buffer.buffer(piece));
            } catch (RuntimeException e) {
                throw new IOException("the page is gone", e);
            }
            seen.sent(piece.length);
        }
    }

    @Override
    public void announce(String sentence) throws IOException {
        try {
            show(ByteBuffer.wrap((sentence + "\r\n").getBytes(StandardCharsets.UTF_8)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** Told in large steps: the page waits for it only when it pastes more than {@link #TYPED}. */
    @Override
    public void giveBack(int bytes) {
        typed.addAndGet(-bytes);
        if (untold.addAndGet(bytes) >= TYPED / 4) say(Word.taken(untold.getAndSet(0)));
    }

    @Override
    public Pump output(ReadableByteChannel source, Runnable whenDone) {
        return new Outflow(source, this::show, whenDone);
    }

    @Override
    public Pump error(ReadableByteChannel source, Runnable whenDone) {
        throw new IllegalStateException("a terminal has one output");
    }

    // --- how it ends ---

    @Override
    public void endOutput() {}

    @Override
    public void exited(Session.Exit exit) {
        String how = exit.lost() != null
                ? exit.lost()
                : exit.signal() == 0 ? "exit status " + exit.status() : "signal " + exit.signal();
        over("The session ended: " + how + ".", NORMAL);
    }

    @Override
    public void refuse(String sentence) {
        over(sentence, NORMAL);
    }

    private void over(String sentence, CloseReason reason) {
        if (!over.compareAndSet(false, true)) return;
        say(Word.ended(sentence));
        socket.close(reason).subscribe().with(closed -> {}, failed -> {});
        release();
    }

    /** The socket is closed. */
    void closed() {
        over.set(true);
        release();
    }

    /** What runs is not left waiting for a page that does not read, nor for a socket that takes its time to close. */
    private void release() {
        window.close();
        process.hangUp();
        seen.close();
        connection.close();
    }

    /** For the end of a sentence. */
    String account() {
        return connection.account();
    }
}
