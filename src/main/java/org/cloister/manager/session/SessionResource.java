package org.cloister.manager.session;

import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.UUID;
import org.cloister.manager.right.Who;
import org.cloister.manager.tenant.Tenants;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

/** The open sessions of one tenant. */
@Path("/api/v1/tenants/{name}/sessions")
@Produces(MediaType.APPLICATION_JSON)
class SessionResource {

    @Inject
    SessionViews views;

    @Inject
    OpenSessions open;

    @Inject
    Tenants tenants;

    @Inject
    Who who;

    @Context
    UriInfo uri;

    /** In the order in which they were opened. */
    @GET
    @APIResponseSchema(SessionView[].class)
    public Response list(
            @PathParam("name") String name, @QueryParam("after") String after, @QueryParam("limit") String limit) {
        return SessionViews.page(views.of(tenants.get(name).id), after, limit, uri);
    }

    /** The client reads that it was ended, and what runs in it gets a hang-up. */
    @DELETE
    @Path("{id}")
    public void end(@PathParam("name") String name, @PathParam("id") UUID id) {
        open.end(who.caller(), tenants.get(name).id, id);
    }
}
