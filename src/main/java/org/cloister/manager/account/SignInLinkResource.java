package org.cloister.manager.account;

import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import org.cloister.manager.host.PublicAddress;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

@Path("/api/v1/sign-in-links")
class SignInLinkResource {

    @Inject
    SignIn signIn;

    @Inject
    Accounts accounts;

    @Inject
    PublicAddress address;

    /** For the account of the caller. The link leads to where people find this server, else where this request was sent to. */
    @POST
    @Produces(MediaType.APPLICATION_JSON)
    @APIResponseSchema(value = SignIn.Link.class, responseCode = "201")
    public Response create(@Context HttpServerRequest request, @Context SecurityContext caller) {
        String name = caller.getUserPrincipal().getName();
        SignIn.Link link = signIn.issue(name, accounts.get(name), SignIn.LINK_LASTS, address.links(request));
        return Response.status(201).entity(link).build();
    }
}
