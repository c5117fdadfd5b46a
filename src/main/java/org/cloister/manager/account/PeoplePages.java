package org.cloister.manager.account;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import org.cloister.manager.account.PeoplePage.Invitation;
import org.cloister.manager.host.PublicAddress;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.right.Who;
import org.jboss.resteasy.reactive.RestForm;

/** Who signs in here, and how an admin lets somebody in or out. */
@Path("/people")
@Produces(MediaType.TEXT_HTML)
@Consumes({MediaType.APPLICATION_FORM_URLENCODED, MediaType.WILDCARD})
@Blocking
class PeoplePages {

    private static final List<String> NOTHING_TYPED = List.of("", "tenant", "");

    @Inject
    Who who;

    @Inject
    Accounts accounts;

    @Inject
    People people;

    @Inject
    SignIn signIn;

    @Inject
    PublicAddress address;

    @Context
    HttpServerRequest request;

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance list(PeoplePage view);
    }

    /** @param tenant whose owner is to be added; null mostly */
    @GET
    @Consumes(MediaType.WILDCARD)
    public TemplateInstance list(@QueryParam("tenant") String tenant) {
        return page(null, "", "", tenant == null ? NOTHING_TYPED : List.of(text(tenant), "tenant", text(tenant)));
    }

    /** Ends with the page that shows the link. */
    @POST
    public Response create(@RestForm String name, @RestForm String role, @RestForm String tenant) {
        List<String> typed = List.of(text(name), text(role), text(tenant));
        try {
            String of = "tenant".equals(role) ? tenant : null;
            Account account = accounts.create(who.getName(), name, role, of);
            return Response.ok(page(invitation(account), "", "", NOTHING_TYPED)).build();
        } catch (Refusal refusal) {
            return Response.status(422)
                    .entity(page(null, refusal.sentence(), refusal.field(), typed))
                    .build();
        }
    }

    @POST
    @Path("reset")
    public Response reset(@RestForm String name) {
        Account account = accounts.get(name);
        accounts.reset(who.getName(), account);
        return Response.ok(page(invitation(account), "", "", NOTHING_TYPED)).build();
    }

    @POST
    @Path("remove")
    public Response remove(@RestForm String name) {
        accounts.delete(who.getName(), name);
        return Response.seeOther(URI.create("/people")).build();
    }

    private Invitation invitation(Account account) {
        SignIn.Link link = signIn.issue(who.getName(), account, SignIn.INVITATION_LASTS, address.links(request));
        return new Invitation(account.name, link.url().toString(), link.expiresAt());
    }

    private TemplateInstance page(Invitation link, String said, String field, List<String> typed) {
        return Templates.list(
                new PeoplePage(people.all(who.getName()), people.tenants(), link, said, text(field), typed));
    }

    private static String text(String value) {
        return value == null ? "" : value.length() <= 200 ? value : value.substring(0, 200);
    }
}
