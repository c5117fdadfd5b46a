package org.cloister.manager.operation;

import java.time.Instant;
import java.util.UUID;

/** An operation as programs see it; the fields are those of {@link Operation}. */
public record OperationView(
        UUID id,
        String kind,
        String tenant,
        String subject,
        String phase,
        int percent,
        String message,
        boolean done,
        String problem,
        Instant startedAt,
        Instant finishedAt) {

    public static OperationView of(Operation operation) {
        return new OperationView(
                operation.id,
                operation.kind,
                operation.tenant,
                operation.subject,
                operation.phase,
                operation.percent,
                operation.message,
                operation.done,
                operation.problem,
                operation.startedAt,
                operation.finishedAt);
    }
}
