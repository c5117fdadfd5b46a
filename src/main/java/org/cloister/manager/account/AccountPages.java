package org.cloister.manager.account;

import io.nayuki.qrcodegen.QrCode;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.CookieParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.cloister.manager.account.AccountPage.Said;
import org.cloister.manager.account.AccountPage.Setup;
import org.cloister.manager.account.AccountPage.Shown;
import org.cloister.manager.host.PublicAddress;
import org.cloister.manager.page.Frame;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.right.Who;
import org.jboss.resteasy.reactive.RestForm;

/** Somebody's own account: passkeys, password, second factor, sessions, tokens. */
@Path("/account")
@Produces(MediaType.TEXT_HTML)
@Consumes({MediaType.APPLICATION_FORM_URLENCODED, MediaType.WILDCARD})
@Blocking
class AccountPages {

    @Inject
    Who who;

    @Inject
    Frame frame;

    @Inject
    Accounts accounts;

    @Inject
    Factors factors;

    @Inject
    Passkeys passkeys;

    @Inject
    PublicAddress address;

    @Inject
    Tokens tokens;

    @Inject
    SignIn signIn;

    @CookieParam(SignIn.COOKIE)
    String cookie;

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance show(AccountPage view);
    }

    @GET
    @Consumes(MediaType.WILDCARD)
    public TemplateInstance show() {
        return page(null, null, Said.NOTHING);
    }

    @POST
    @Path("password")
    public Response setPassword(@RestForm String old, @RestForm String password) {
        return attempt("password", () -> factors.setPassword(account(), proof(old), password));
    }

    /** What the page's script asks before it asks the authenticator; a refusal is its {@code detail}. */
    @POST
    @Path("passkeys/options")
    @Produces(MediaType.APPLICATION_JSON)
    public Response offerPasskey(@RestForm String old, @RestForm String name) {
        try {
            return Response.ok(passkeys.creation(account(), proof(old), name)).build();
        } catch (Refusal refusal) {
            return Response.status(422)
                    .entity(Map.of("detail", refusal.sentence()))
                    .build();
        }
    }

    @POST
    @Path("passkeys")
    public Response addPasskey(@RestForm String name, @BeanParam PasskeyForm passkey) {
        try {
            List<String> codes = passkeys.add(account(), here(), name, passkey.created());
            if (codes.isEmpty())
                return Response.seeOther(URI.create("/account")).build();
            return Response.ok(page(null, new Shown(null, codes), Said.NOTHING)).build();
        } catch (Refusal refusal) {
            return refused("passkey", refusal);
        }
    }

    @POST
    @Path("passkeys/remove")
    public Response removePasskey(@RestForm UUID id, @RestForm String old) {
        return attempt("passkey", () -> passkeys.remove(account(), proof(old), id));
    }

    /** Offers a new secret; nothing is stored before a code of it was typed. */
    @GET
    @Path("factor")
    @Consumes(MediaType.WILDCARD)
    public TemplateInstance offerFactor() {
        return page(setup(Totp.base32(Totp.newSecret())), null, Said.NOTHING);
    }

    @POST
    @Path("factor")
    public Response setFactor(@RestForm String secret, @RestForm String old, @RestForm String code) {
        try {
            List<String> codes = factors.setFactor(account(), proof(old), secret, code);
            return Response.ok(page(null, new Shown(null, codes), Said.NOTHING)).build();
        } catch (Refusal refusal) {
            boolean again = secret != null && secret.matches("[A-Z2-7]{32}");
            return Response.status(422)
                    .entity(page(again ? setup(secret) : null, null, new Said("factor", refusal.sentence())))
                    .build();
        }
    }

    @POST
    @Path("factor/remove")
    public Response removeFactor(@RestForm String old) {
        return attempt("factor", () -> factors.removeFactor(account(), proof(old)));
    }

    @POST
    @Path("sessions/end")
    public Response endSession(@RestForm UUID id) {
        return attempt("", () -> accounts.endSession(account(), id));
    }

    @POST
    @Path("tokens")
    public Response createToken(@RestForm String name, @RestForm String scope, @RestForm String days) {
        Integer number = days != null && days.strip().matches("[0-9]{1,4}") ? Integer.valueOf(days.strip()) : null;
        try {
            String token = tokens.create(account(), name, scope, number).token();
            return Response.ok(page(null, new Shown(token, List.of()), Said.NOTHING))
                    .build();
        } catch (Refusal refusal) {
            return refused("token", refusal);
        }
    }

    @POST
    @Path("tokens/remove")
    public Response removeToken(@RestForm UUID id) {
        return attempt("token", () -> tokens.remove(account(), id));
    }

    private Response attempt(String form, Runnable change) {
        try {
            change.run();
            return Response.seeOther(URI.create("/account")).build();
        } catch (Refusal refusal) {
            return refused(form, refusal);
        }
    }

    private Response refused(String form, Refusal refusal) {
        return Response.status(422)
                .entity(page(null, null, new Said(form, refusal.sentence())))
                .build();
    }

    private Account account() {
        return accounts.get(who.getName());
    }

    /** The session that asks; null for a program's token. */
    private UUID here() {
        return signIn.signed(cookie).map(SignIn.Signed::id).orElse(null);
    }

    private Factors.Proof proof(String password) {
        return new Factors.Proof(password, here());
    }

    private AccountPage view(Setup setup, Shown shown, Said said) {
        Account account = account();
        UUID here = here();
        return new AccountPage(
                account.name,
                account.role.word(),
                account.tenant,
                account.password != null,
                account.factor != null,
                RecoveryCode.count("accountId", account.id),
                setup,
                shown,
                address.origin(),
                Passkey.of(account),
                WebSession.of(account).stream()
                        .map(session -> new AccountPage.Session(
                                session.id,
                                session.address,
                                Browsers.words(session.browser),
                                session.createdAt,
                                session.seenAt,
                                session.id.equals(here)))
                        .toList(),
                ApiToken.of(account),
                said);
    }

    private TemplateInstance page(Setup setup, Shown shown, Said said) {
        return Templates.show(view(setup, shown, said));
    }

    /** As authenticators read it: https://github.com/google/google-authenticator/wiki/Key-Uri-Format. */
    private Setup setup(String secret) {
        String issuer = encoded("Cloister " + frame.getHostname());
        String uri =
                "otpauth://totp/" + issuer + ":" + encoded(who.getName()) + "?secret=" + secret + "&issuer=" + issuer;
        QrCode code = QrCode.encodeText(uri, QrCode.Ecc.MEDIUM);
        StringBuilder path = new StringBuilder();
        for (int y = 0; y < code.size; y++)
            for (int x = 0; x < code.size; x++)
                if (code.getModule(x, y)) path.append("M%d %dh1v1h-1z".formatted(x + 4, y + 4));
        return new Setup(secret, uri, path.toString(), code.size + 8);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
