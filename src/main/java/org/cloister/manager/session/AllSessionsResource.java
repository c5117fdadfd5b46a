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
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

/** Everyone's open sessions. */
@Path("/api/v1/sessions")
@Produces(MediaType.APPLICATION_JSON)
class AllSessionsResource {

    @Inject
    SessionViews views;

    @Inject
    OpenSessions open;

    @Inject
    Who who;

    @Context
    UriInfo uri;

    /** In the order in which they were opened. */
    @GET
    @APIResponseSchema(SessionView[].class)
    public Response list(@QueryParam("after") String after, @QueryParam("limit") String limit) {
        return SessionViews.page(views.all(), after, limit, uri);
    }

    @DELETE
    @Path("{id}")
    public void end(@PathParam("id") UUID id) {
        open.end(who.caller(), null, id);
    }
}
