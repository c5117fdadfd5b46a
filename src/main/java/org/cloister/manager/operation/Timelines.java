package org.cloister.manager.operation;

import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When each phase of an operation began, for those who watch. Kept in memory for a while: a stored operation knows its
 * present phase alone.
 */
@ApplicationScoped
public class Timelines {

    private static final Duration KEPT = Duration.ofMinutes(30);

    /**
     * @param began phase to the time it was first heard of, in that order; the end is a phase too
     * @param message phase to the last sentence said in it
     */
    record Timeline(Instant since, Map<String, Instant> began, Map<String, String> message) {

        private synchronized void hear(OperationView told) {
            began.putIfAbsent(told.phase(), told.finishedAt() != null ? told.finishedAt() : Instant.now());
            message.put(told.phase(), told.message());
        }

        synchronized Timeline copy() {
            return new Timeline(since, new LinkedHashMap<>(began), new LinkedHashMap<>(message));
        }
    }

    @Inject
    Operations operations;

    private final Map<UUID, Timeline> timelines = new ConcurrentHashMap<>();

    /** Listens from now on; called twice it goes on listening. */
    public void follow(UUID operation) {
        Timeline fresh = new Timeline(Instant.now(), new LinkedHashMap<>(), new LinkedHashMap<>());
        if (timelines.putIfAbsent(operation, fresh) == null)
            operations.watch(operation).subscribe().with(fresh::hear, failure -> timelines.remove(operation));
    }

    Timeline of(UUID operation) {
        follow(operation);
        return timelines
                .getOrDefault(operation, new Timeline(Instant.now(), Map.of(), Map.of()))
                .copy();
    }

    /** What the operation goes through, and how far it is. */
    public List<Phase> phases(OperationView operation) {
        return Phase.of(operation, of(operation.id()));
    }

    @Scheduled(every = "10m")
    void forget() {
        timelines.values().removeIf(line -> line.since().isBefore(Instant.now().minus(KEPT)));
    }
}
