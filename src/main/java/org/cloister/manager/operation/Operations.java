package org.cloister.manager.operation;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.MultiEmitter;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.cloister.manager.problem.Refusal;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Reply;

/**
 * The board of operations. What is stored is true also after a restart; those who wait for an operation or watch it are
 * told from memory, by the thread that does the work.
 */
@ApplicationScoped
public class Operations {

    /** Of one tenant under way: they go one after another, and its own people can ask for them too. */
    private static final int OF_ONE_TENANT = 16;

    private static final Set<String> TAKING_AWAY = Set.of("tenant.stop", "tenant.freeze", "tenant.delete");

    private final Map<UUID, Set<MultiEmitter<? super OperationView>>> watchers = new ConcurrentHashMap<>();
    private final Map<UUID, CompletableFuture<Void>> ends = new ConcurrentHashMap<>();

    /** Whether it brings a tenant to rest, which is possible however much else is asked for. */
    public static boolean takesAway(String kind) {
        return TAKING_AWAY.contains(kind);
    }

    /**
     * Stores a new operation in the caller's transaction. Whoever calls it hands it to a worker after the commit.
     *
     * @throws Refusal too much of the tenant's is under way
     */
    public Operation open(String kind, UUID tenantId, String tenant, String subject, String message) {
        if (tenantId != null
                && !takesAway(kind)
                && Operation.count("not done and tenantId = ?1", tenantId) >= OF_ONE_TENANT)
            throw Refusal.later(
                    tenant + " has " + OF_ONE_TENANT + " changes under way; wait until one of them is done.");
        Operation operation = new Operation();
        operation.id = UUID.randomUUID();
        operation.kind = kind;
        operation.tenantId = tenantId;
        operation.tenant = tenant;
        operation.subject = subject;
        operation.phase = "waiting";
        operation.message = message;
        operation.startedAt = Instant.now();
        operation.persist();
        return operation;
    }

    /** @throws Refusal there is none of that id */
    public OperationView get(UUID id) {
        return QuarkusTransaction.joiningExisting()
                .call(() -> Operation.<Operation>findByIdOptional(id)
                        .map(OperationView::of)
                        .orElseThrow(() -> Refusal.unknown("There is no operation of that id.")));
    }

    /** Those that a stopped manager left behind, the oldest first. */
    public List<Operation> unfinished() {
        return QuarkusTransaction.joiningExisting().call(() -> Operation.list("not done order by startedAt"));
    }

    /** Where the agent's progress of one operation goes. The percentages of the agent are spread over from to to. */
    public Consumer<Reply.Progress> progress(UUID id, int from, int to) {
        return told -> {
            int percent = from + (to - from) * Math.clamp(told.percent(), 0, 100) / 100;
            advance(id, told.phase(), percent, told.message());
        };
    }

    public void advance(UUID id, String phase, int percent, String message) {
        change(id, operation -> {
            operation.phase = phase;
            operation.percent = Math.max(operation.percent, percent);
            operation.message = message;
        });
    }

    /** @param subject what the operation brought forth, such as the id of a report; null leaves what there was */
    public void succeed(UUID id, String subject, String message) {
        change(id, operation -> {
            operation.phase = "done";
            operation.percent = 100;
            operation.message = message;
            if (subject != null) operation.subject = subject;
            operation.done = true;
            operation.finishedAt = Instant.now();
        });
    }

    public void fail(UUID id, AgentException failure) {
        fail(id, failure.reason(), failure.getMessage());
    }

    public void fail(UUID id, Reply.Reason reason, String sentence) {
        change(id, operation -> {
            operation.phase = "failed";
            operation.message = sentence;
            operation.problem = sentence;
            operation.reason = reason;
            operation.done = true;
            operation.finishedAt = Instant.now();
        });
    }

    /**
     * Waits until the operation is done.
     *
     * @return null if it is not done after that time
     * @throws Refusal it failed, with its sentence
     */
    public OperationView await(UUID id, Duration patience) {
        CompletableFuture<Void> end = ends.computeIfAbsent(id, absent -> new CompletableFuture<>());
        if (!get(id).done()) {
            try {
                end.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                return null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        } else {
            ends.remove(id, end);
        }
        return QuarkusTransaction.joiningExisting().call(() -> {
            Operation operation = Operation.findById(id);
            if (operation.problem != null)
                throw new Refusal(Refusal.Kind.valueOf(operation.reason.name()), operation.problem, null);
            return OperationView.of(operation);
        });
    }

    /** The operation as it is and every change of it, until it is done. */
    public Multi<OperationView> watch(UUID id) {
        return Multi.createFrom()
                .<OperationView>emitter(emitter -> {
                    emitter.onTermination(() -> unwatch(id, emitter));
                    watchers.compute(id, (same, others) -> {
                        var all = others == null
                                ? ConcurrentHashMap.<MultiEmitter<? super OperationView>>newKeySet()
                                : others;
                        all.add(emitter);
                        return all;
                    });
                    // Registered first and read after: a change in between is told twice, never lost.
                    OperationView now = get(id);
                    emitter.emit(now);
                    if (now.done()) emitter.complete();
                })
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }

    private void unwatch(UUID id, MultiEmitter<? super OperationView> emitter) {
        watchers.computeIfPresent(id, (same, others) -> {
            others.remove(emitter);
            return others.isEmpty() ? null : others;
        });
    }

    private void change(UUID id, Consumer<Operation> change) {
        OperationView now = QuarkusTransaction.requiringNew().call(() -> {
            Operation operation = Operation.findById(id);
            if (!operation.done) change.accept(operation);
            return OperationView.of(operation);
        });
        Set<MultiEmitter<? super OperationView>> told = watchers.getOrDefault(id, Set.of());
        for (MultiEmitter<? super OperationView> emitter : told) {
            emitter.emit(now);
            if (now.done()) emitter.complete();
        }
        if (now.done()) {
            CompletableFuture<Void> end = ends.remove(id);
            if (end != null) end.complete(null);
        }
    }
}
