package org.cloister.manager.tenant;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import jakarta.inject.Inject;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.net.URI;
import java.util.List;
import org.cloister.manager.page.SshDoor;
import org.cloister.manager.right.Streams;
import org.cloister.manager.right.Who;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.RestQuery;

/** The list of tenants, found, ordered and cut into pages by its address, and what is done to many of them at once. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
class TenantListPages {

    @Inject
    Roster roster;

    @Inject
    RosterStream stream;

    @Inject
    Streams streams;

    @Inject
    Many many;

    @Inject
    Who who;

    @Inject
    SshDoor ssh;

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance list(TenantListPage view, Many.Outcome outcome);

        static native TemplateInstance roster(TenantListPage view);

        static native TemplateInstance tally(TenantListPage view);

        static native TemplateInstance figures(TenantListPage view);

        static native TemplateInstance row(TenantListPage.Row row);

        static native TemplateInstance delete(Many.Deletion deletion);
    }

    /** A query as it stands in the address or in a form. */
    static final class Asked {

        @RestQuery
        String q;

        @RestQuery
        String state;

        @RestQuery
        String plan;

        @RestQuery
        String hits;

        @RestQuery
        String sort;

        @RestQuery
        String page;

        TenantQuery query() {
            return TenantQuery.of(q, state, plan, hits, sort, page);
        }
    }

    /** A tenant's own people begin with it. */
    @GET
    public Response list(@BeanParam Asked asked) {
        return who.isTenant()
                ? to("/tenants/" + who.getTenant())
                : Response.ok(Templates.list(page(asked), null)).build();
    }

    @GET
    @Path("tenants")
    public Response home() {
        return to("/");
    }

    /**
     * What changes on that page, as pieces of HTML whose ids say what they replace. Ends after a minute, and
     * with the sign-in.
     */
    @GET
    @Path("live/tenants")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Multi<String> live(@BeanParam Asked asked) {
        return streams.whileKnown(stream.follow(asked.query(), viewer()));
    }

    /**
     * Does something to many tenants. A deletion is asked for twice.
     *
     * @param names of those that are ticked
     * @param matching how many matched when all that match were asked for; else null
     * @param sure what was typed to confirm a deletion; null before
     */
    @POST
    @Path("tenants")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response act(
            @BeanParam Asked asked,
            @RestForm("do") String verb,
            @RestForm("tenant") List<String> names,
            @RestForm String matching,
            @RestForm String sure,
            @Context SecurityContext caller) {
        TenantQuery query = asked.query();
        Many.Choice choice = many.choose(names, matching, query);
        if (choice.fault() != null) return refused(asked, new Many.Outcome(0, verb, List.of(choice.fault())));
        if ("delete".equals(verb)) {
            String fault = sure == null ? null : Many.Deletion.fault(sure, choice.names());
            if (sure == null || fault != null)
                return Response.status(fault == null ? 200 : 422)
                        .entity(Templates.delete(Many.Deletion.of(choice.names(), query, fault)))
                        .build();
        }
        Many.Outcome outcome = many.act(TenantPages.who(caller), verb, choice.names());
        return outcome.refusals().isEmpty() ? to("/" + query.address()) : refused(asked, outcome);
    }

    private Response refused(Asked asked, Many.Outcome outcome) {
        return Response.status(outcome.done() == 0 ? 422 : 200)
                .entity(Templates.list(page(asked), outcome))
                .build();
    }

    private TenantListPage page(Asked asked) {
        return roster.page(asked.query(), viewer());
    }

    private Roster.Viewer viewer() {
        return new Roster.Viewer(who.may("POST", "/tenants"), ssh.host());
    }

    private static Response to(String path) {
        return Response.seeOther(URI.create(path)).build();
    }
}
