package org.cloister.manager.recording;

import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.tenant.Tenant;
import org.cloister.manager.tenant.Tenants;

@Path("/api/v1/tenants/{name}/recordings")
@Produces(MediaType.APPLICATION_JSON)
class RecordingResource {

    @Inject
    Recordings recordings;

    @Inject
    Tenants tenants;

    @Context
    SecurityContext caller;

    /** The newest first. */
    @GET
    public List<RecordingView> list(@PathParam("name") String name) {
        return recordings.of(tenants.get(name)).stream().map(RecordingView::of).toList();
    }

    @GET
    @Path("{id}")
    public RecordingView get(@PathParam("name") String name, @PathParam("id") UUID id) {
        return RecordingView.of(recordings.get(tenants.get(name), id));
    }

    /** An asciicast of version 2. Whoever reads it stands in the event log. */
    @GET
    @Path("{id}/cast")
    @Produces("application/x-asciicast")
    public Response cast(@PathParam("name") String name, @PathParam("id") UUID id) throws IOException {
        Tenant tenant = tenants.get(name);
        SealedReader reader = recordings.open(caller.getUserPrincipal().getName(), tenant, id);
        StreamingOutput text = out -> {
            try (reader) {
                for (byte[] piece; (piece = reader.next()) != null; ) out.write(piece);
            }
        };
        return Response.ok(text)
                .header("Content-Disposition", "attachment; filename=\"" + tenant.name + "-" + id + ".cast\"")
                .build();
    }

    @DELETE
    @Path("{id}")
    public void remove(@PathParam("name") String name, @PathParam("id") UUID id) {
        recordings.remove(caller.getUserPrincipal().getName(), tenants.get(name), id);
    }
}
