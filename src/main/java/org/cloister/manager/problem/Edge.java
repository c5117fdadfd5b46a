package org.cloister.manager.problem;

import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What every response carries, and what is answered before or beside JAX-RS. */
@ApplicationScoped
class Edge {

    /** Everything from ourselves, nothing inline, framed by nobody. */
    private static final String POLICY =
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
                    + "form-action 'self'; frame-ancestors 'none'";

    /** The page that plays a recording has its terminal in WebAssembly, from our own file like every script. */
    private static final Pattern PLAYER = Pattern.compile("/tenants/[^/]+/recordings/[^/]+");

    private static final String WEB_ASSEMBLY = "; script-src 'self' 'wasm-unsafe-eval'";

    @ConfigProperty(name = "quarkus.http.limits.max-body-size")
    MemorySize largestBody;

    private BodyHandler gatherer;

    void headers(@Observes Filters filters) {
        gatherer = BodyHandler.create(false).setBodyLimit(largestBody.asLongValue());
        filters.register(Edge::secure, 1000);
        filters.register(this::bound, 900);
    }

    /** Set before anything answers, so that no answer lacks them, errors and redirects included. */
    private static void secure(RoutingContext context) {
        HttpServerResponse response = context.response();
        boolean plays = PLAYER.matcher(context.normalizedPath()).matches();
        response.putHeader("Content-Security-Policy", plays ? POLICY + WEB_ASSEMBLY : POLICY);
        response.putHeader("X-Content-Type-Options", "nosniff");
        response.putHeader("X-Frame-Options", "DENY");
        // Not no-referrer: browsers would then send "Origin: null" with the forms of our own pages, too.
        response.putHeader("Referrer-Policy", "same-origin");
        response.putHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.putHeader("Cross-Origin-Resource-Policy", "same-origin");
        response.putHeader("Permissions-Policy", "camera=(), microphone=(), geolocation=()");
        if (Problem.isForPrograms(context.normalizedPath())) response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        context.next();
    }

    /**
     * A body that is too large is refused in our own words. One that comes in chunks is gathered first: the library would
     * answer for it, with nothing but a number, as it does over HTTP/2.
     */
    private void bound(RoutingContext context) {
        String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && (length.length() > 12 || Long.parseLong(length) > largestBody.asLongValue())) {
            // HTTP/2 has no such header, and ends the one stream by itself.
            if (context.request().version() != HttpVersion.HTTP_2)
                context.response().putHeader(HttpHeaders.CONNECTION, "close");
            Problem.of(413, "The body is too large; 1 MB is allowed.").send(context);
        } else if (context.request().uri().contains("%00")) {
            Problem.of(400, "The address holds a NUL character.").send(context);
        } else if (length == null
                && context.request().headers().contains(HttpHeaders.TRANSFER_ENCODING)
                && Problem.isForPrograms(context.normalizedPath())) {
            gatherer.handle(context);
        } else {
            context.next();
        }
    }

    /** After everything else: whatever no resource of the API took, and whatever failed outside of JAX-RS. */
    void strays(@Observes Router router) {
        router.route("/api/*")
                .order(Integer.MAX_VALUE)
                .handler(context ->
                        Problem.of(404, "There is nothing under this path.").send(context));
        router.route("/api/*").failureHandler(context -> {
            int status = context.statusCode() >= 400 ? context.statusCode() : 500;
            if (context.response().headWritten()) {
                context.next();
                return;
            }
            Problem.of(status, status == 413 ? "The body is too large; 1 MB is allowed." : "The request failed.")
                    .send(context);
        });
    }
}
