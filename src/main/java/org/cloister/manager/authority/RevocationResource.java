package org.cloister.manager.authority;

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
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.problem.Refusal;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

/** Certificates that no longer log in, whether their authority is one for all or a tenant's own. */
@Path("/api/v1/revocations")
@Produces(MediaType.APPLICATION_JSON)
class RevocationResource {

    @Inject
    TrustedAuthorities authorities;

    @Context
    SecurityContext caller;

    /**
     * @param authority the fingerprint of the key that signed it
     * @param serial its number in digits; null where keyId is given
     * @param keyId what the authority calls it; null where serial is given
     */
    record NewRevocation(String authority, String serial, String keyId) {}

    record RevocationView(UUID id, String authority, String serial, String keyId, Instant createdAt) {

        static RevocationView of(Revocation row) {
            return new RevocationView(
                    row.id, row.authority, row.serial == null ? null : row.serial.toString(), row.keyId, row.createdAt);
        }
    }

    @GET
    public List<RevocationView> list() {
        return Revocation.all().stream().map(RevocationView::of).toList();
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @APIResponseSchema(value = RevocationView.class, responseCode = "201")
    public Response revoke(NewRevocation wish) {
        if (wish == null) throw Refusal.invalid("authority", "Send {\"authority\":\"SHA256:…\",\"serial\":\"42\"}.");
        Revocation row = authorities.revoke(actor(), wish.authority(), wish.serial(), wish.keyId());
        return Response.status(201).entity(RevocationView.of(row)).build();
    }

    @DELETE
    @Path("{id}")
    public void restore(@PathParam("id") UUID id) {
        authorities.restore(actor(), id);
    }

    private String actor() {
        return caller.getUserPrincipal().getName();
    }
}
