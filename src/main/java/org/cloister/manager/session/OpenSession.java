package org.cloister.manager.session;

import java.time.Instant;
import java.util.UUID;
import java.util.function.Consumer;

/** A shell, command or subsystem on a channel of a connection, until its channel is closed. */
public final class OpenSession extends Traffic {

    private final OpenConnection connection;
    private final Runs runs;
    private final Consumer<String> ending;
    private final UUID id = Ids.next();
    private final Instant since = Instant.now();

    OpenSession(OpenConnection connection, Runs runs, Consumer<String> ending) {
        super(connection);
        this.connection = connection;
        this.runs = runs;
        this.ending = ending;
    }

    /** Its channel is closed. */
    public void close() {
        connection.closed(this);
    }

    void end(String sentence) {
        ending.accept(sentence);
    }

    public UUID id() {
        return id;
    }

    OpenConnection connection() {
        return connection;
    }

    Runs runs() {
        return runs;
    }

    Instant since() {
        return since;
    }
}
