package org.cloister.manager.terminal;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.net.URI;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.right.Who;
import org.cloister.manager.tenant.Tenant;
import org.cloister.manager.tenant.Tenants;
import org.jboss.resteasy.reactive.RestForm;

/** A terminal as a page of its own, and whether admins may have one. */
@Path("/tenants/{name}/terminal")
@Produces(MediaType.TEXT_HTML)
@Blocking
class TerminalPages {

    @Inject
    Tenants tenants;

    @Inject
    Who who;

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance show(String tenant, boolean allowed, boolean byAdmin);
    }

    @GET
    public Response show(@PathParam("name") String name) {
        Tenant tenant = tenants.get(name);
        boolean allowed = tenant.mayHaveTerminal(who.caller());
        return Response.status(allowed ? 200 : 403)
                .entity(Templates.show(tenant.name, allowed, !who.isTenant()))
                .build();
    }

    @POST
    @Path("admins")
    public Response letAdmins(
            @PathParam("name") String name, @RestForm String allowed, @Context SecurityContext caller) {
        if (!"yes".equals(allowed) && !"no".equals(allowed))
            throw Refusal.invalid("allowed", "Say yes or no: whether admins may open terminals.");
        tenants.letAdmins(caller.getUserPrincipal().getName(), name, allowed.equals("yes"));
        return Response.seeOther(URI.create("/tenants/" + name + "#terminals")).build();
    }
}
