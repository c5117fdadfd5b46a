package org.cloister.manager.account;

import io.vertx.core.http.HttpServerRequest;
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
import java.time.Instant;
import java.util.List;
import org.cloister.manager.host.PublicAddress;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.right.Who;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

/** People who sign in. */
@Path("/api/v1/accounts")
@Produces(MediaType.APPLICATION_JSON)
class AccountResource {

    @Inject
    Who who;

    @Inject
    Accounts accounts;

    @Inject
    SignIn signIn;

    @Inject
    PublicAddress address;

    @Context
    HttpServerRequest request;

    /** @param tenant exactly where the role is tenant */
    record NewAccount(String name, String role, String tenant) {}

    /**
     * @param password whether there is one
     * @param passkeys how many there are
     * @param secondFactor whether the password alone does not sign in
     * @param link signs in once; only in the answer that made it
     */
    record AccountView(
            String name,
            String role,
            String tenant,
            boolean password,
            long passkeys,
            boolean secondFactor,
            Instant createdAt,
            SignIn.Link link) {

        static AccountView of(Account account, SignIn.Link link) {
            return new AccountView(
                    account.name,
                    account.role.word(),
                    account.tenant,
                    account.password != null,
                    account.passkeys,
                    account.hasSecondFactor(),
                    account.createdAt,
                    link);
        }
    }

    @GET
    public List<AccountView> list() {
        return Account.inOrder().stream()
                .map(account -> AccountView.of(account, null))
                .toList();
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @APIResponseSchema(value = AccountView.class, responseCode = "201")
    public Response create(NewAccount wish) {
        if (wish == null) throw Refusal.invalid(null, "The body is empty: a name and a role are needed at least.");
        Account account = accounts.create(who.getName(), wish.name(), wish.role(), wish.tenant());
        return Response.status(201)
                .entity(AccountView.of(account, invitation(account)))
                .build();
    }

    /** Takes password, second factor, passkeys, sessions and tokens away, and answers with a new link. */
    @POST
    @Path("{name}/reset")
    public AccountView reset(@PathParam("name") String name) {
        accounts.reset(who.getName(), accounts.get(name));
        Account account = accounts.get(name);
        return AccountView.of(account, invitation(account));
    }

    @DELETE
    @Path("{name}")
    public void delete(@PathParam("name") String name) {
        accounts.delete(who.getName(), name);
    }

    private SignIn.Link invitation(Account account) {
        return signIn.issue(who.getName(), account, SignIn.INVITATION_LASTS, address.links(request));
    }
}
