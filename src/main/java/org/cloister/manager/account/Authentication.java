package org.cloister.manager.account;

import io.quarkus.security.credential.TokenCredential;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.security.identity.request.TokenAuthenticationRequest;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import org.cloister.manager.problem.Problem;

/**
 * Reads who is asking: a bearer token, else a session cookie. A request that shows a token is judged by it alone, also
 * where a cookie lies beside it. Who is nobody gets a problem from the API, and is led to the sign-in from a page.
 */
@ApplicationScoped
class Authentication implements HttpAuthenticationMechanism {

    private static final String BEARER = "Bearer ";

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager providers) {
        String token = bearer(context);
        if (token != null)
            return providers.authenticate(new TokenAuthenticationRequest(new TokenCredential(token, "bearer")));
        Cookie cookie = context.request().getCookie(SignIn.COOKIE);
        if (cookie == null) return Uni.createFrom().nullItem();
        return providers.authenticate(new SessionRequest(cookie.getValue()));
    }

    /** The token of the request; null if it shows none. */
    static String bearer(RoutingContext context) {
        String header = context.request().getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())) return null;
        return header.substring(BEARER.length()).strip();
    }

    @Override
    public Uni<Boolean> sendChallenge(RoutingContext context) {
        if (Problem.isForPrograms(context.normalizedPath()) || bearer(context) != null) {
            context.response().putHeader("WWW-Authenticate", "Bearer realm=\"cloister\"");
            Problem.of(
                            401,
                            "This needs a token. Send the header Authorization: Bearer TOKEN; root finds the token in "
                                    + "keys/admin.token below the home of the instance.")
                    .send(context);
        } else {
            context.response()
                    .setStatusCode(303)
                    .putHeader(HttpHeaders.LOCATION, "/sign-in")
                    .end();
        }
        return Uni.createFrom().item(true);
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(401, "WWW-Authenticate", "Bearer realm=\"cloister\""));
    }

    @Override
    public Set<Class<? extends AuthenticationRequest>> getCredentialTypes() {
        return Set.of(TokenAuthenticationRequest.class, SessionRequest.class);
    }
}
