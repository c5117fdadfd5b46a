package org.cloister.manager.operation;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long the caller wants to wait for a change: {@code Prefer: wait=30} (RFC 7240), and the answer that follows. */
@RequestScoped
public class Preference {

    /** Marks a change in the description of the API that answers so. */
    public static final String WAITS = "x-waits";

    private static final Pattern WAIT = Pattern.compile("(?:^|[,;\\s])wait\\s*=\\s*\"?(\\d{1,6})");
    private static final int LONGEST_SECONDS = 600;

    @Inject
    Operations operations;

    @Context
    HttpHeaders headers;

    /**
     * What a change answers: what it brought, if it was waited for and is done; else 202 and the operation.
     *
     * @param status with which a done change answers
     * @param result of the done change; null for no body
     * @throws org.cloister.manager.problem.Refusal it was waited for and failed
     */
    public Response answer(OperationView operation, int status, Supplier<?> result) {
        Duration patience = patience(headers.getHeaderString("Prefer"));
        URI location = URI.create("/api/v1/operations/" + operation.id());
        if (!patience.isZero() && operations.await(operation.id(), patience) != null)
            return Response.status(status)
                    .entity(result.get())
                    .header("Preference-Applied", "wait=" + patience.toSeconds())
                    .header("Link", "<" + location + ">; rel=\"monitor\"")
                    .build();
        return Response.accepted(operations.get(operation.id()))
                .header("Location", location)
                .build();
    }

    static Duration patience(String prefer) {
        if (prefer == null) return Duration.ZERO;
        Matcher wait = WAIT.matcher(prefer);
        return wait.find()
                ? Duration.ofSeconds(Math.min(LONGEST_SECONDS, Integer.parseInt(wait.group(1))))
                : Duration.ZERO;
    }
}
