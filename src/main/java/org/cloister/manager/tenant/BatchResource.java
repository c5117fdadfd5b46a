package org.cloister.manager.tenant;

import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import org.cloister.manager.host.PublicAddress;
import org.cloister.manager.problem.Refusal;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

/** Several tenants at once: all of them or none. */
@Path("/api/v1/tenants/batch")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
class BatchResource {

    @Inject
    Batches batches;

    @Inject
    PublicAddress address;

    @Context
    HttpServerRequest request;

    /** @param csv lines of name,plan,template,key; "invite" for a key makes an account and a link for the owner */
    record Wished(String csv) {}

    /** Each tenant with the operation that makes it, and the link of whoever is invited, shown this once. */
    @POST
    @APIResponseSchema(value = Batches.Made[].class, responseCode = "202")
    public Response make(Wished wished, @Context SecurityContext caller) {
        if (wished == null || wished.csv() == null)
            throw Refusal.invalid("csv", "csv is missing: lines of name,plan,template,key.");
        String origin = address.links(request);
        return Response.accepted(batches.make(TenantPages.who(caller), Batch.read(wished.csv()), origin))
                .build();
    }
}
