package org.cloister.manager.session;

import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.right.Caller;

/** Every connection that is logged in now, and what runs on it. */
@ApplicationScoped
public class OpenSessions {

    @Inject
    EventLog events;

    @Inject
    @All
    List<Witnesses> witnesses;

    private final Map<UUID, OpenConnection> connections = new ConcurrentHashMap<>();

    /**
     * A connection has logged in; it stays here until it is closed.
     *
     * @param ending tells the client the sentence that it is given, and closes the connection; must not block
     */
    public OpenConnection connected(OpenConnection.Who who, Consumer<String> ending) {
        OpenConnection connection = new OpenConnection(this, who, ending);
        connections.put(connection.id(), connection);
        return connection;
    }

    /** Of those who look on at sessions each has its own kind. */
    Witness witness(OpenSession session, int columns, int rows, String term) throws IOException {
        for (Witnesses some : witnesses) {
            Witness witness = some.of(session, columns, rows, term);
            if (witness != Witness.NOBODY) return witness;
        }
        return Witness.NOBODY;
    }

    void closed(OpenConnection connection) {
        connections.remove(connection.id());
    }

    /**
     * In the order in which they were opened. A connection that runs nothing, as for forwarded ports alone, is one as
     * well.
     *
     * @param tenant null for everyone's
     */
    List<Line> lines(UUID tenant) {
        List<Line> lines = new ArrayList<>();
        for (OpenConnection connection : connections.values()) {
            if (tenant != null && !connection.who().tenantId().equals(tenant)) continue;
            int before = lines.size();
            for (OpenSession session : connection.sessions()) lines.add(Line.of(session));
            if (lines.size() == before) lines.add(Line.of(connection));
        }
        lines.sort(Comparator.comparing(line -> line.id().toString()));
        return lines;
    }

    /**
     * Tells everybody who has a terminal in the tenant. What has none carries data that a line would spoil, and is left
     * alone.
     *
     * @param but who needs not be told, having done it
     */
    public void tell(UUID tenant, String sentence, OpenConnection but) {
        for (OpenConnection connection : connections.values()) {
            if (connection == but || !connection.who().tenantId().equals(tenant)) continue;
            for (OpenSession session : connection.sessions()) if (session.runs().terminal()) session.tell(sentence);
        }
    }

    /**
     * Ends one: what runs in it gets a hang-up, and its client is told by whom.
     *
     * @param by who asked for it
     * @param tenant whose it must be; null if it may be anybody's
     * @throws Refusal there is none of that id
     */
    void end(Caller by, UUID tenant, UUID id) {
        Line line = lines(tenant).stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow(() -> Refusal.unknown("There is no open session of that id."));
        OpenConnection.Who who = line.who();
        // Written down first: if it cannot be, nothing is ended behind the log's back.
        events.record(
                by.account(),
                who.account() == null ? "ssh.ended" : "terminal.ended",
                who.tenant(),
                // The log keeps no command: there may be a password in it.
                "The session (" + line.runs().kind() + ") of " + who.user() + " from " + who.address() + " with "
                        + who.with() + " was ended.");
        line.ending().accept("This session was ended by " + by.person() + ".");
    }
}
