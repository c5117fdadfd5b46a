package org.cloister.manager.snapshot;

import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.operation.OperationView;
import org.cloister.manager.operation.Preference;
import org.cloister.manager.tenant.Tenants;
import org.cloister.protocol.Reply;
import org.eclipse.microprofile.openapi.annotations.extensions.Extension;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

@Path("/api/v1/tenants/{name}/snapshots")
@Produces(MediaType.APPLICATION_JSON)
class SnapshotResource {

    @Inject
    Snapshots snapshots;

    @Inject
    Tenants tenants;

    @Inject
    Preference preference;

    @Context
    SecurityContext caller;

    /** @param note one line, 100 characters at most; null for none */
    record NewSnapshot(String note) {}

    /** The oldest first. */
    @GET
    public List<Reply.Snapshot> list(@PathParam("name") String name) {
        return snapshots.of(tenants.get(name));
    }

    /** The body may be left out. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @APIResponseSchema(value = Reply.Snapshot.class, responseCode = "201")
    @Extension(name = Preference.WAITS, value = "true")
    public Response take(@PathParam("name") String name, NewSnapshot wish) {
        OperationView taken = snapshots.take(actor(), name, wish == null ? null : wish.note());
        return preference.answer(taken, 201, () -> snapshots.get(tenants.get(name), UUID.fromString(taken.subject())));
    }

    /** Answers with the snapshot, which stays. */
    @POST
    @Path("{id}/restore")
    @Consumes(MediaType.WILDCARD)
    @APIResponseSchema(Reply.Snapshot.class)
    @Extension(name = Preference.WAITS, value = "true")
    public Response restore(@PathParam("name") String name, @PathParam("id") UUID id) {
        return preference.answer(snapshots.restore(actor(), name, id), 200, () -> snapshots.get(tenants.get(name), id));
    }

    @DELETE
    @Path("{id}")
    @APIResponse(responseCode = "204", description = "It is gone.")
    @Extension(name = Preference.WAITS, value = "true")
    public Response remove(@PathParam("name") String name, @PathParam("id") UUID id) {
        return preference.answer(snapshots.remove(actor(), name, id), 204, () -> null);
    }

    private String actor() {
        return caller.getUserPrincipal().getName();
    }
}
