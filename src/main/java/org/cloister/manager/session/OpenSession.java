package org.cloister.manager.session;

import java.io.IOException;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Consumer;

/** A shell, command or subsystem on a channel of a connection, until its channel is closed. */
public final class OpenSession extends Traffic {

    private final OpenConnection connection;
    private final Runs runs;
    private final Consumer<String> ending;
    private final Consumer<String> telling;
    private final UUID id = Ids.next();
    private final Instant since = Instant.now();

    OpenSession(OpenConnection connection, Runs runs, Consumer<String> ending, Consumer<String> telling) {
        super(connection);
        this.connection = connection;
        this.runs = runs;
        this.ending = ending;
        this.telling = telling;
    }

    /**
     * Who looks on; to be closed when the session is over.
     *
     * @throws IOException as {@link Witnesses#of}
     */
    public Witness witness(int columns, int rows, String term) throws IOException {
        return connection.witness(this, columns, rows, term);
    }

    /** Its channel is closed. */
    public void close() {
        connection.closed(this);
    }

    /** Hangs up on what runs, and tells the client the sentence. */
    public void end(String sentence) {
        ending.accept(sentence);
    }

    /** Something that whoever is at the terminal should know. */
    void tell(String sentence) {
        telling.accept(sentence);
    }

    public UUID id() {
        return id;
    }

    public OpenConnection connection() {
        return connection;
    }

    public Runs runs() {
        return runs;
    }

    public Instant since() {
        return since;
    }
}
