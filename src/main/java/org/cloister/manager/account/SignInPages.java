package org.cloister.manager.account;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.BeanParam;
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
import java.util.function.Supplier;
import org.cloister.manager.host.PublicAddress;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.record.Records;
import org.jboss.resteasy.reactive.RestForm;

/** In by a password, a passkey or a link that works once, and out again. Opening the link uses nothing up; the button does. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
class SignInPages {

    /** What a challenge was made for, while nobody is signed in. */
    private static final String BROWSER_COOKIE = "cloister-passkey";

    @Inject
    SignIn signIn;

    @Inject
    Passkeys passkeys;

    @Inject
    PublicAddress address;

    @Inject
    Records records;

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance signIn(SignInPage view);

        static native TemplateInstance signedOut();
    }

    /**
     * @param code of a link, where it leads somewhere; else null
     * @param account whom the link signs in
     * @param name as it was typed
     * @param fault null where nothing was refused
     * @param address where passkeys work
     * @param head of the chain of records; null before there is one
     */
    record SignInPage(String code, String account, String name, String fault, String address, String head) {}

    @GET
    @Path("sign-in")
    public TemplateInstance show(@QueryParam("code") String code) {
        if (code == null || code.isBlank()) return page(null, null, "", null);
        return signIn.invited(code)
                .map(account -> page(code, account.name, "", null))
                .orElseGet(() -> page(null, null, "", SignIn.SPENT));
    }

    /** A link's code, or a name with its password and, where there is one, the code of the second factor. */
    @POST
    @Path("sign-in")
    public Response redeem(
            @RestForm String code,
            @RestForm String name,
            @RestForm String password,
            @RestForm String factor,
            @Context HttpServerRequest request) {
        Origin origin = Origin.of(request);
        return name == null
                ? enter("", request, () -> signIn.redeem(code, origin))
                : enter(name, request, () -> signIn.redeem(name, password, factor, origin));
    }

    /** What the page's script asks before it asks for a passkey. The browser gets a secret that its answer must come with. */
    @POST
    @Path("sign-in/passkey/options")
    @Produces(MediaType.APPLICATION_JSON)
    public Response askForPasskey(@Context HttpServerRequest request) {
        String browser = Secret.fresh();
        return Response.ok(passkeys.request(browser))
                .cookie(browser(browser, (int) Challenges.LAST.toSeconds(), request))
                .build();
    }

    @POST
    @Path("sign-in/passkey")
    public Response redeemPasskey(
            @BeanParam PasskeyForm passkey,
            @CookieParam(BROWSER_COOKIE) String browser,
            @Context HttpServerRequest request) {
        return enter("", request, () -> signIn.redeem(passkey.asserted(), browser, Origin.of(request)));
    }

    private Response enter(String name, HttpServerRequest request, Supplier<SignIn.Session> way) {
        try {
            SignIn.Session session = way.get();
            int seconds = (int) SignIn.SESSION_LASTS.toSeconds();
            return Response.seeOther(URI.create(session.welcome() ? "/account" : "/"))
                    .cookie(cookie(session.token(), seconds, request))
                    .build();
        } catch (Refusal refusal) {
            return Response.status(refusal.kind() == Refusal.Kind.LATER ? 429 : 403)
                    .entity(page(null, null, name, refusal.sentence()))
                    .build();
        }
    }

    private TemplateInstance page(String code, String account, String name, String fault) {
        String echo = name.length() <= 64 ? name : "";
        return Templates.signIn(new SignInPage(
                code, account, echo, fault, address.origin(), records.head().orElse(null)));
    }

    @POST
    @Path("sign-out")
    public Response end(@CookieParam(SignIn.COOKIE) String token, @Context HttpServerRequest request) {
        signIn.signOut(token);
        return Response.ok(Templates.signedOut()).cookie(cookie("", 0, request)).build();
    }

    private NewCookie cookie(String token, int seconds, HttpServerRequest request) {
        return cookie(SignIn.COOKIE, "/", token, seconds, request);
    }

    private NewCookie browser(String secret, int seconds, HttpServerRequest request) {
        return cookie(BROWSER_COOKIE, "/sign-in", secret, seconds, request);
    }

    private NewCookie cookie(String name, String path, String value, int seconds, HttpServerRequest request) {
        return new NewCookie.Builder(name)
                .value(value)
                .path(path)
                .maxAge(seconds)
                .httpOnly(true)
                .sameSite(NewCookie.SameSite.STRICT)
                .secure(address.isSecure(request))
                .build();
    }
}
