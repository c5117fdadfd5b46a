package org.cloister.manager.account;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.CookieParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.record.Records;
import org.jboss.resteasy.reactive.RestForm;

/** In by a link that works once, and out again. Opening the link uses nothing up; the button does. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
class SignInPages {

    @Inject
    SignIn signIn;

    @Inject
    Records records;

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance signIn(String code, String fault, String head);

        static native TemplateInstance signedOut();
    }

    @GET
    @Path("sign-in")
    public TemplateInstance show(@QueryParam("code") String code) {
        return Templates.signIn(
                code == null || code.isBlank() ? null : code,
                null,
                records.head().orElse(null));
    }

    @POST
    @Path("sign-in")
    public Response redeem(@RestForm String code, @Context HttpServerRequest request) {
        try {
            SignIn.Session session = signIn.redeem(code);
            int seconds = (int) SignIn.SESSION_LASTS.toSeconds();
            return Response.seeOther(URI.create("/"))
                    .cookie(cookie(session.token(), seconds, request))
                    .build();
        } catch (Refusal refusal) {
            return Response.status(403)
                    .entity(Templates.signIn(
                            null, refusal.sentence(), records.head().orElse(null)))
                    .build();
        }
    }

    @POST
    @Path("sign-out")
    public Response end(@CookieParam(SignIn.COOKIE) String token, @Context HttpServerRequest request) {
        signIn.signOut(token);
        return Response.ok(Templates.signedOut()).cookie(cookie("", 0, request)).build();
    }

    private static NewCookie cookie(String token, int seconds, HttpServerRequest request) {
        return new NewCookie.Builder(SignIn.COOKIE)
                .value(token)
                .path("/")
                .maxAge(seconds)
                .httpOnly(true)
                .sameSite(NewCookie.SameSite.STRICT)
                .secure(request.isSSL() || "https".equals(request.scheme()))
                .build();
    }
}
