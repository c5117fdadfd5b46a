package org.cloister.manager.terminal;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.websockets.next.WebSocketConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.process.TenantPlaces;
import org.cloister.manager.right.StandingChanged;
import org.cloister.manager.session.OpenSessions;
import org.cloister.manager.tenant.AccessChanged;
import org.cloister.manager.tenant.AccessEnded;
import org.cloister.manager.tenant.Tenant;
import org.cloister.protocol.AgentClient;
import org.jboss.logging.Logger;

/** Every terminal that is open in a page, and whether it may stay so. */
@ApplicationScoped
class Terminals {

    private static final Logger LOG = Logger.getLogger(Terminals.class);

    /** Each has a pump, a thread that waits for its end, and at times one that writes; their stacks are shallow. */
    private static final long STACK = 256 * 1024;

    private final AgentClient agent;
    private final TenantPlaces places;
    private final OpenSessions open;
    private final EventLog events;
    private final Map<String, Terminal> terminals = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("terminal-", 1).daemon().stackSize(STACK).factory());

    Terminals(AgentClient agent, TenantPlaces places, OpenSessions open, EventLog events) {
        this.agent = agent;
        this.places = places;
        this.open = open;
        this.events = events;
    }

    /** What was allowed when the socket was asked for is asked again once the terminal can be found by whoever ends it. */
    void open(WebSocketConnection socket, Opening opening) {
        Terminal terminal = new Terminal(opening, socket, open, agent, places, threads);
        terminals.put(socket.id(), terminal);
        threads.execute(() -> begin(terminal));
    }

    private void begin(Terminal terminal) {
        Opening opening = terminal.opening();
        String sentence = opening.person() + " opened a terminal in " + opening.tenant() + " from " + opening.address();
        try {
            if (!mayStay(terminal)) {
                terminal.end(Admission.OVER);
                return;
            }
            // Before anything runs: what cannot be written down does not happen.
            events.record(opening.caller().account(), "terminal.opened", opening.tenant(), sentence + ".");
        } catch (RuntimeException e) {
            LOG.errorf("no terminal in %s: %s", opening.tenant(), e.getMessage());
            terminal.refuse("No terminal can be opened in " + opening.tenant() + " just now; try again in a moment.");
            return;
        }
        if (opening.byAdmin()) open.tell(opening.tenantId(), sentence + ".", terminal.connection());
        terminal.start();
    }

    /** The terminal of that socket; null where there is none any more. */
    Terminal of(WebSocketConnection socket) {
        return terminals.get(socket.id());
    }

    void closed(WebSocketConnection socket) {
        Terminal terminal = terminals.remove(socket.id());
        if (terminal == null) return;
        terminal.closed();
        Opening opening = terminal.opening();
        try {
            threads.execute(() -> events.record(
                    opening.caller().account(),
                    "terminal.closed",
                    opening.tenant(),
                    opening.person() + " closed a terminal in " + opening.tenant() + terminal.account()));
        } catch (RejectedExecutionException e) {
            LOG.debug("a terminal closed with the manager");
        }
    }

    // --- whether they may stay ---

    /** The tenant was stopped or is being deleted. Keys that go have nothing to do with pages. */
    void end(@Observes(during = TransactionPhase.AFTER_SUCCESS) AccessEnded ended) {
        if (ended.fingerprint() != null) return;
        for (Terminal terminal : terminals.values())
            if (terminal.opening().tenantId().equals(ended.tenantId()))
                terminal.end(terminal.opening().tenant() + " was stopped by the administrator.");
    }

    void changed(@Observes(during = TransactionPhase.AFTER_SUCCESS) AccessChanged change) {
        recheckSoon();
    }

    void changed(@Observes(during = TransactionPhase.AFTER_SUCCESS) StandingChanged change) {
        recheckSoon();
    }

    /** Sessions and tokens that run out change nothing; browsers that are gone say nothing. */
    @Scheduled(every = "20s", delayed = "20s")
    void recheck() {
        for (Terminal terminal : terminals.values()) {
            if (terminal.isSilent()) terminal.cut();
            else recheck(terminal);
        }
    }

    private void recheckSoon() {
        if (!terminals.isEmpty()) threads.execute(this::recheck); // not within the transaction that is just over
    }

    private void recheck(Terminal terminal) {
        try {
            if (!mayStay(terminal)) terminal.end(Admission.OVER);
        } catch (RuntimeException e) { // the database being away takes nobody's right
            LOG.warnf("a terminal could not be checked again: %s", e.getMessage());
        }
    }

    private static boolean mayStay(Terminal terminal) {
        Opening opening = terminal.opening();
        return QuarkusTransaction.requiringNew().call(() -> {
            if (opening.standing().now().filter(opening.caller()::equals).isEmpty()) return false;
            Tenant tenant = Tenant.findById(opening.tenantId());
            return tenant != null && tenant.mayHaveTerminal(opening.caller());
        });
    }

    void stop(@Observes ShutdownEvent event) {
        terminals.values().forEach(terminal -> terminal.end("The manager is being restarted."));
        threads.shutdown();
    }
}
