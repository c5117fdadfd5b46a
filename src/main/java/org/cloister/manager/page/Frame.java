package org.cloister.manager.page;

import io.quarkus.arc.Unremovable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Future;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Request;

/**
 * What the frame around every page shows: the machine and whether it is well. The agent is asked at most once in two
 * seconds, however many pages are open, and where it hangs a page shows what was known.
 */
@Named("frame")
@ApplicationScoped
@Unremovable
public class Frame {

    private static final long FRESH_NANOS = 2_000_000_000L;

    private static final Duration PATIENCE = Duration.ofMillis(40);

    /** Before anything is known: as long as the agent may be silent. */
    private static final Duration FIRST = Duration.ofSeconds(30);

    /** Tells browsers that the style sheet and scripts may have changed with this start. */
    private static final String VERSION = UUID.randomUUID().toString().substring(0, 8);

    private record Look(long at, Reply.Host host, String problem) {}

    @Inject
    AgentClient agent;

    private volatile Look last;
    private Future<Look> underWay;

    private Look look() {
        Look seen = last;
        if (seen != null && System.nanoTime() - seen.at() < FRESH_NANOS) return seen;
        Soon soon = new Soon(seen == null ? FIRST : PATIENCE);
        return soon.answer(asked(soon)).orElseGet(() -> unanswered(seen));
    }

    /** What was known stands for two seconds more: a page asks here several times, and waits once. */
    private Look unanswered(Look seen) {
        if (seen == null)
            return new Look(System.nanoTime(), null, "The agent has not answered yet; load the page again.");
        Look still = new Look(System.nanoTime(), seen.host(), seen.problem());
        last = still;
        return still;
    }

    private synchronized Future<Look> asked(Soon soon) {
        if (underWay == null || underWay.isDone()) underWay = soon.ask(this::ask);
        return underWay;
    }

    private Look ask() {
        Look seen = last;
        Look now;
        try {
            now = new Look(System.nanoTime(), agent.ask(new Request.Host()), null);
        } catch (AgentException e) {
            now = new Look(System.nanoTime(), seen == null ? null : seen.host(), e.getMessage());
        }
        last = now;
        return now;
    }

    /** What the agent said of the machine; the last known while it does not answer; empty if it never did. */
    public Optional<Reply.Host> host() {
        return Optional.ofNullable(look().host());
    }

    /** Why the machine cannot be worked with now, one sentence; null when it can. */
    public String getProblem() {
        return look().problem();
    }

    public String getHostname() {
        return host().map(Reply.Host::hostname).orElseGet(Frame::ownHostname);
    }

    public String getKernel() {
        return host().map(host -> "Linux " + host.kernel() + ", cgroup " + host.cgroups())
                .orElse("");
    }

    public String getVersion() {
        return VERSION;
    }

    public Sign getHealth() {
        Look look = look();
        if (look.problem() != null) return Sign.danger("Agent offline");
        return look.host().missing().isEmpty() ? Sign.fine("Healthy") : Sign.attention("Limited");
    }

    private static String ownHostname() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "this machine";
        }
    }
}
