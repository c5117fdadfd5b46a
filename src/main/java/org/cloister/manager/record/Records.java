package org.cloister.manager.record;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.problem.Refusal;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.ChainLink;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Request;
import org.jboss.logging.Logger;

/**
 * Follows the agent's chain: whatever it sealed is taken over, now or when both run again. Nothing is sealed here; the
 * bytes are kept as they came, for the signature is theirs.
 */
@ApplicationScoped
public class Records {

    private static final Logger LOG = Logger.getLogger(Records.class);

    /** As many as the agent keeps copies of. */
    private static final int KEPT = 100;

    @Inject
    AgentClient agent;

    @Inject
    EventLog events;

    @Inject
    Event<FoundReport> found;

    /** Numbers that neither the agent nor anybody here has any more. */
    private final Set<Long> gone = new HashSet<>();

    /** Held while one is kept: two may come to the same one at once. */
    private final Object keeping = new Object();

    private boolean compared;
    private volatile String anchorFault;

    /** The record of that number. @throws Refusal there is none */
    ChainEntry get(long sequence) {
        return ChainEntry.<ChainEntry>findByIdOptional(sequence)
                .orElseThrow(() -> Refusal.unknown("There is no record of that number."));
    }

    /** Number and SHA-256 of the last record; empty before the first, and where the database does not answer. */
    public Optional<String> head() {
        try {
            return QuarkusTransaction.joiningExisting()
                    .call(() -> ChainEntry.head().map(ChainEntry::noted));
        } catch (RuntimeException e) {
            LOG.debug("the head of the chain is not known", e);
            return Optional.empty();
        }
    }

    @Scheduled(every = "60s", delayed = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void takeWhatIsLeft() {
        take();
    }

    /** Takes over what the agent has sealed and nobody here has got. What fails is tried again in a minute. */
    public void take() {
        try {
            takeAll();
        } catch (AgentException e) {
            LOG.debugf("the chain cannot be read now: %s", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("A record was not kept", e);
        }
    }

    private synchronized void takeAll() throws AgentException {
        long last = QuarkusTransaction.requiringNew()
                .call(() -> ChainEntry.head().map(entry -> entry.sequence).orElse(0L));
        if (last > 0 && !compared) compare(last);
        long first = Math.max(1, last - KEPT + 1);
        Set<Long> known = QuarkusTransaction.requiringNew()
                .call(() -> ChainEntry.page(first - 1, null, KEPT).stream()
                        .map(entry -> entry.sequence)
                        .collect(Collectors.toSet()));
        for (long sequence = first; ; sequence++) {
            if (known.contains(sequence) || gone.contains(sequence)) continue;
            try {
                keep(agent.ask(new Request.ReadRecord(sequence)));
            } catch (AgentException e) {
                if (e.reason() == Reply.Reason.UNKNOWN) return;
                if (e.reason() != Reply.Reason.CONFLICT) throw e;
                gone.add(sequence);
            }
        }
    }

    /** Once: an agent that was restored from a backup numbers anew what is known here already. */
    private void compare(long last) throws AgentException {
        String known = QuarkusTransaction.requiringNew().call(() -> get(last).sha256);
        String there;
        try {
            there = link(agent.ask(new Request.ReadRecord(last))).sha256();
        } catch (AgentException e) {
            compared = e.reason() == Reply.Reason.CONFLICT; // it has gone on so far that this one is no longer kept
            if (compared) return;
            if (e.reason() != Reply.Reason.UNKNOWN) throw e;
            there = "none of that number";
        }
        compared = true;
        if (!there.equals(known))
            events.record(
                    "cloister",
                    "record.fork",
                    null,
                    "Record " + last + " is known here with the SHA-256 " + known + "; the agent has " + there
                            + ". Its chain was restored from a backup, or another was put in its place.");
    }

    /** Keeps a record, once; an audit's report is handed on. */
    public void keep(Reply.Sealed sealed) {
        ChainLink link = link(sealed);
        tell(sealed);
        if (link.kind().equals("audit")) {
            found.fire(new FoundReport(sealed));
            return;
        }
        byte[] document = sealed.document().getBytes(StandardCharsets.UTF_8);
        JsonNode read = read(document);
        synchronized (keeping) {
            QuarkusTransaction.requiringNew().run(() -> store(sealed, link, document, read));
        }
    }

    private void store(Reply.Sealed sealed, ChainLink link, byte[] document, JsonNode read) {
        UUID id = UUID.fromString(read.path("id").asText());
        if (SealedRecord.findById(id) != null) return;
        SealedRecord record = new SealedRecord();
        record.id = id;
        record.sequence = link.sequence();
        record.kind = link.kind();
        record.sha256 = link.sha256();
        record.at = link.sealedAt() == null ? Instant.now() : link.sealedAt();
        record.document = document;
        record.signature = sealed.signature();
        record.persist();
        RecordEvent.of(link, read).write(events);
    }

    /** Says so in the log when records are no longer noted down outside, and when they are again. */
    public void tell(Reply.Sealed sealed) {
        String fault = sealed.anchorFault();
        if (Objects.equals(fault, anchorFault)) return;
        anchorFault = fault;
        events.record(
                "cloister",
                fault == null ? "anchor.mended" : "anchor.failed",
                null,
                fault == null ? "The anchor has every record again." : fault + " Records go on without it.");
    }

    static ChainLink link(Reply.Sealed sealed) {
        try {
            return ChainLink.of(sealed.document().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode read(byte[] document) {
        try {
            return Frames.JSON.readTree(document);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
