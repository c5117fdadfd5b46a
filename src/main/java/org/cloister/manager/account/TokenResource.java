package org.cloister.manager.account;

import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.right.Who;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

/** The caller's own tokens. */
@Path("/api/v1/tokens")
@Produces(MediaType.APPLICATION_JSON)
class TokenResource {

    @Inject
    Who who;

    @Inject
    Accounts accounts;

    @Inject
    Tokens tokens;

    /** @param scope "all" or "read" */
    record NewToken(String name, String scope, Integer days) {}

    /** @param token only in the answer that made it */
    record TokenView(
            UUID id, String name, String scope, Instant createdAt, Instant expiresAt, Instant usedAt, String token) {

        static TokenView of(ApiToken row, String token) {
            return new TokenView(row.id, row.name, row.scope, row.createdAt, row.expiresAt, row.usedAt, token);
        }
    }

    @GET
    public List<TokenView> list() {
        return ApiToken.of(account()).stream()
                .map(row -> TokenView.of(row, null))
                .toList();
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @APIResponseSchema(value = TokenView.class, responseCode = "201")
    public Response create(NewToken wish) {
        if (wish == null) throw Refusal.invalid(null, "The body is empty: a name, a scope and days are needed.");
        Tokens.Fresh fresh = tokens.create(account(), wish.name(), wish.scope(), wish.days());
        return Response.status(201)
                .entity(TokenView.of(fresh.row(), fresh.token()))
                .build();
    }

    @DELETE
    @Path("{id}")
    public void remove(@PathParam("id") String id) {
        try {
            tokens.remove(account(), UUID.fromString(id));
        } catch (IllegalArgumentException e) {
            throw Refusal.unknown("There is no such token.");
        }
    }

    private Account account() {
        return accounts.get(who.getName());
    }
}
