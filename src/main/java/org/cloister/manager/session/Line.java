package org.cloister.manager.session;

import java.time.Instant;
import java.util.UUID;
import java.util.function.Consumer;

/** A session, or a connection without any, at one moment. */
record Line(
        UUID id,
        OpenConnection connection,
        Runs runs,
        Instant since,
        long received,
        long sent,
        Consumer<String> ending) {

    static Line of(OpenSession session) {
        return new Line(
                session.id(),
                session.connection(),
                session.runs(),
                session.since(),
                session.received(),
                session.sent(),
                session::end);
    }

    static Line of(OpenConnection connection) {
        return new Line(
                connection.id(),
                connection,
                Runs.NOTHING,
                connection.since(),
                connection.received(),
                connection.sent(),
                connection::end);
    }

    OpenConnection.Who who() {
        return connection.who();
    }
}
