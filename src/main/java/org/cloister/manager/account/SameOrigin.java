package org.cloister.manager.account;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.Set;
import org.cloister.manager.host.PublicAddress;
import org.cloister.manager.problem.Problem;
import org.cloister.manager.right.Upgrade;

/**
 * A browser sends its cookie also with what another site's page makes it send. So a request that may change something,
 * or opens a socket, and is not known by a bearer token must say that it comes from our own pages.
 */
@ApplicationScoped
class SameOrigin {

    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    @Inject
    PublicAddress address;

    void register(@Observes Filters filters) {
        filters.register(this::check, 400);
    }

    private void check(RoutingContext context) {
        HttpServerRequest request = context.request();
        boolean byCookie = request.getCookie(SignIn.COOKIE) != null && Authentication.bearer(context) == null;
        boolean guarded = byCookie || context.normalizedPath().startsWith("/sign-in");
        boolean safe = SAFE.contains(request.method()) && !Upgrade.isAsked(request);
        if (safe || !guarded || isOwn(request)) {
            context.next();
            return;
        }
        Problem.of(403, "This request did not come from a page of this site. Open the page again and repeat it there.")
                .send(context);
    }

    /** A proxy may send another host on than the browser named; then the configured address tells. */
    private boolean isOwn(HttpServerRequest request) {
        String origin = request.getHeader("Origin");
        if (origin == null) return "same-origin".equals(request.getHeader("Sec-Fetch-Site"));
        if (address.is(origin)) return true;
        try {
            String authority = URI.create(origin).getRawAuthority();
            return authority != null
                    && request.authority() != null
                    && authority.equalsIgnoreCase(request.authority().toString());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
