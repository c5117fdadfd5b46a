package org.cloister.manager.session;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.right.Who;
import org.cloister.manager.tenant.Tenants;

/** Everyone's open sessions; those of one tenant stand on its page. Whatever ended meanwhile needs no ending. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
class SessionPages {

    @Inject
    SessionViews views;

    @Inject
    OpenSessions open;

    @Inject
    Tenants tenants;

    @Inject
    Who who;

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance list(List<SessionView> sessions);

        static native TemplateInstance list$live(List<SessionView> sessions);
    }

    @GET
    @Path("sessions")
    public TemplateInstance list() {
        return Templates.list(views.all());
    }

    @GET
    @Path("live/sessions")
    public TemplateInstance live() {
        return Templates.list$live(views.all());
    }

    @POST
    @Path("sessions/{id}/end")
    @Consumes(MediaType.WILDCARD)
    public Response end(@PathParam("id") UUID id) {
        endUnlessGone(null, id);
        return Response.seeOther(URI.create("/sessions")).build();
    }

    @POST
    @Path("tenants/{name}/sessions/{id}/end")
    @Consumes(MediaType.WILDCARD)
    public Response end(@PathParam("name") String name, @PathParam("id") UUID id) {
        endUnlessGone(tenants.get(name).id, id);
        return Response.seeOther(URI.create("/tenants/" + name + "#sessions")).build();
    }

    private void endUnlessGone(UUID tenant, UUID id) {
        try {
            open.end(who.caller(), tenant, id);
        } catch (Refusal gone) {
            if (gone.kind() != Refusal.Kind.UNKNOWN) throw gone;
        }
    }
}
