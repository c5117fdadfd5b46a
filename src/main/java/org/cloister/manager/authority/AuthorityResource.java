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
import org.cloister.manager.problem.Refusal;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

/** Keys whose certificates log in to every tenant that they are made out to. */
@Path("/api/v1/authorities")
@Produces(MediaType.APPLICATION_JSON)
class AuthorityResource {

    @Inject
    TrustedAuthorities authorities;

    @Context
    SecurityContext caller;

    /** @param sshKeys each may hold several lines as in authorized_keys; cert-authority need not stand before them */
    record NewAuthorities(List<String> sshKeys) {}

    /** @param expiresAt from when on it lets nobody in; null for never */
    record AuthorityView(
            String fingerprint, String type, String comment, Instant createdAt, String options, Instant expiresAt) {

        static AuthorityView of(Authority authority) {
            return new AuthorityView(
                    authority.fingerprint,
                    authority.type,
                    authority.comment,
                    authority.createdAt,
                    authority.options,
                    authority.readOptions().expiresAt());
        }
    }

    @GET
    public List<AuthorityView> list() {
        return Authority.all().stream().map(AuthorityView::of).toList();
    }

    /** Answers with all there are now. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @APIResponseSchema(value = AuthorityView[].class, responseCode = "201")
    public Response add(NewAuthorities wish) {
        if (wish == null || wish.sshKeys() == null || wish.sshKeys().isEmpty())
            throw Refusal.invalid("sshKeys", "There is no key in this: send {\"sshKeys\":[\"ssh-ed25519 …\"]}.");
        authorities.add(caller.getUserPrincipal().getName(), wish.sshKeys());
        return Response.status(201).entity(list()).build();
    }

    /** The fingerprint may hold slashes: as they are, or as %2F. */
    @DELETE
    @Path("{fingerprint: .+}")
    public void remove(@PathParam("fingerprint") String fingerprint) {
        authorities.remove(caller.getUserPrincipal().getName(), fingerprint);
    }
}
