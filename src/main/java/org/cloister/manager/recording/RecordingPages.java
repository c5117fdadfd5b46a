package org.cloister.manager.recording;

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
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.tenant.Tenant;
import org.cloister.manager.tenant.Tenants;

/** A tenant's recordings, and each in a player, which reads it from the API. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
class RecordingPages {

    @Inject
    Recordings recordings;

    @Inject
    Tenants tenants;

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance list(String tenant, boolean recorded, List<RecordingView> recordings);

        static native TemplateInstance show(String tenant, RecordingView recording);
    }

    @GET
    @Path("tenants/{name}/recordings")
    public TemplateInstance list(@PathParam("name") String name) {
        Tenant tenant = tenants.get(name);
        return Templates.list(
                tenant.name,
                tenant.recording,
                recordings.of(tenant).stream().map(RecordingView::of).toList());
    }

    @GET
    @Path("tenants/{name}/recordings/{id}")
    public TemplateInstance show(@PathParam("name") String name, @PathParam("id") UUID id) {
        Tenant tenant = tenants.get(name);
        return Templates.show(tenant.name, RecordingView.of(recordings.get(tenant, id)));
    }

    @POST
    @Path("tenants/{name}/recordings/{id}/remove")
    @Consumes(MediaType.WILDCARD)
    public Response remove(@PathParam("name") String name, @PathParam("id") UUID id, @Context SecurityContext caller) {
        recordings.remove(caller.getUserPrincipal().getName(), tenants.get(name), id);
        return Response.seeOther(URI.create("/tenants/" + name + "/recordings")).build();
    }
}
