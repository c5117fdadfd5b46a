package org.cloister.manager.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/**
 * RFC 9457.
 *
 * @param title the status in words
 * @param detail one or two sentences for people: what is wrong and what to do
 * @param field the field at fault, null where there is none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(String title, int status, String detail, String field) {

    public static final String TYPE = "application/problem+json";

    public static Problem of(int status, String detail) {
        return of(status, detail, null);
    }

    static Problem of(int status, String detail, String field) {
        return new Problem(HttpResponseStatus.valueOf(status).reasonPhrase(), status, detail, field);
    }

    static Problem of(Refusal refusal) {
        return of(status(refusal.kind()), refusal.sentence(), refusal.field());
    }

    static int status(Refusal.Kind kind) {
        return switch (kind) {
            case INVALID -> 400;
            case UNKNOWN -> 404;
            case CONFLICT -> 409;
            case FULL -> 507;
            case LATER -> 429;
            case UNSUPPORTED -> 501;
            case FAULT -> 503;
        };
    }

    /** Whether programs call this path; what they get are problems, never pages. */
    public static boolean isForPrograms(String path) {
        return path.startsWith("/api/") || path.equals("/api") || path.startsWith("/q/");
    }

    /** Answers with this problem, outside of JAX-RS. */
    public void send(RoutingContext context) {
        JsonObject body =
                new JsonObject().put("title", title).put("status", status).put("detail", detail);
        if (field != null) body.put("field", field);
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, TYPE)
                .end(body.encode());
    }
}
