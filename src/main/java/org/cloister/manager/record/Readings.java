package org.cloister.manager.record;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.cloister.manager.event.EventLog;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Request;
import org.cloister.protocol.Request.NoteReading.Form;
import org.jboss.logging.Logger;

/**
 * Has it sealed who read which report: once for each reader, report and day (UTC), in the form of the first time. A report
 * is read whether or not that succeeds; where it does not, the log says so.
 */
@ApplicationScoped
public class Readings {

    private static final Logger LOG = Logger.getLogger(Readings.class);
    private static final long PATIENCE_SECONDS = 2;
    private static final int REMEMBERED = 10_000;

    @Inject
    AgentClient agent;

    @Inject
    Records records;

    @Inject
    EventLog events;

    /** Ids of those that were noted, or tried to be, lately: the database knows the others. */
    private final Set<UUID> seen = ConcurrentHashMap.newKeySet();

    private final ExecutorService writer = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("readings").factory());

    /** @param report null for {@link Form#ARCHIVE}, all of them */
    public void note(String reader, UUID report, Form form) {
        UUID id = id(reader, report, LocalDate.now(ZoneOffset.UTC));
        if (seen.size() > REMEMBERED) seen.clear();
        if (!seen.add(id)) return;
        try {
            writer.submit(() -> seal(new Request.NoteReading(id, reader, report, form)))
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            LOG.warn("the agent takes long to record a reading; it is not waited for");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            LOG.error("a reading was not recorded", e.getCause());
        }
    }

    /** One id for one reader, report and day, so that the same is known again. */
    static UUID id(String reader, UUID report, LocalDate day) {
        return UUID.nameUUIDFromBytes((reader + "\n" + report + "\n" + day).getBytes(StandardCharsets.UTF_8));
    }

    private void seal(Request.NoteReading reading) {
        if (QuarkusTransaction.requiringNew().call(() -> SealedRecord.findById(reading.id())) != null) return;
        try {
            records.keep(agent.ask(reading));
        } catch (AgentException e) {
            events.record(
                    reading.reader(),
                    "record.missing",
                    null,
                    (reading.report() == null
                                    ? "All records were taken"
                                    : "The audit " + reading.report() + " was read")
                            + ", and the agent could not record it: " + e.getMessage());
        }
    }

    @PreDestroy
    void stop() {
        writer.shutdown();
    }
}
