package org.cloister.manager.session;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.cloister.manager.page.Words;

/** A connection that is logged in, until it is closed. Its traffic is that of its sessions and forwarded channels. */
public final class OpenConnection extends Traffic {

    /**
     * Who it is.
     *
     * @param user inside the tenant
     * @param fingerprint of the key, "SHA256:…"; null where an account opened it from a page
     * @param account that one's name; null over SSH
     * @param address where the client is, without port or zone
     */
    public record Who(
            UUID tenantId, String tenant, String user, String fingerprint, String account, String address, int port) {

        /** What it was opened with, for the end of a sentence. */
        String with() {
            return fingerprint == null ? "the account " + account : fingerprint;
        }
    }

    private final OpenSessions all;
    private final Who who;
    private final Consumer<String> ending;
    private final UUID id = Ids.next();
    private final Instant since = Instant.now();
    private final Map<UUID, OpenSession> sessions = new ConcurrentHashMap<>();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger forwards = new AtomicInteger();

    OpenConnection(OpenSessions all, Who who, Consumer<String> ending) {
        super(null);
        this.all = all;
        this.who = who;
        this.ending = ending;
    }

    public Who who() {
        return who;
    }

    /**
     * Something is to run on a channel.
     *
     * @param ending tells the client the sentence that it is given, and ends the channel and what runs there; must not
     *     block
     * @param telling shows a client that has a terminal the sentence that it is given; must not block
     */
    public OpenSession open(Runs runs, Consumer<String> ending, Consumer<String> telling) {
        OpenSession session = new OpenSession(this, runs, ending, telling);
        opened.incrementAndGet();
        sessions.put(session.id(), session);
        return session;
    }

    Witness witness(OpenSession session, int columns, int rows, String term) throws IOException {
        return all.witness(session, columns, rows, term);
    }

    void closed(OpenSession session) {
        sessions.remove(session.id());
    }

    /** A channel leads to a port or socket, or from one; to be followed by {@link #forwardClosed}. */
    public void forwardOpened() {
        forwards.incrementAndGet();
    }

    public void forwardClosed() {
        forwards.decrementAndGet();
    }

    /** The connection is gone. */
    public void close() {
        all.closed(this);
    }

    /** Tells the client the sentence and closes the connection with all that runs on it. */
    void end(String sentence) {
        ending.accept(sentence);
    }

    UUID id() {
        return id;
    }

    Instant since() {
        return since;
    }

    /** Those that are open. */
    Iterable<OpenSession> sessions() {
        return sessions.values();
    }

    /** For the end of a sentence: how long it was open, and what it carried. */
    public String account() {
        return " after " + Words.took(Duration.between(since, Instant.now())) + ": "
                + Words.plural(opened.get(), "session") + ", " + Words.bytes(received()) + " in, " + Words.bytes(sent())
                + " out.";
    }

    int forwards() {
        return forwards.get();
    }
}
