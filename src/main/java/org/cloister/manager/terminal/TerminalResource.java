package org.cloister.manager.terminal;

import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.tenant.Tenants;

/** Whether admins may open terminals in a tenant: for its own people to say, and for nobody else. */
@Path("/api/v1/tenants/{name}/terminal/admins")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
class TerminalResource {

    @Inject
    Tenants tenants;

    @Context
    SecurityContext caller;

    /** @param allowed required */
    record Admins(Boolean allowed) {}

    /** What holds now stands in the tenant itself, as adminTerminals. Terminals of admins that are open end. */
    @PUT
    public void letAdmins(@PathParam("name") String name, Admins wish) {
        if (wish == null || wish.allowed() == null)
            throw Refusal.invalid("allowed", "Say whether admins may open terminals: allowed is true or false.");
        tenants.letAdmins(caller.getUserPrincipal().getName(), name, wish.allowed());
    }
}
