package org.cloister.manager.tenant;

import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import org.cloister.manager.operation.OperationView;
import org.cloister.manager.operation.Preference;
import org.cloister.manager.page.SshDoor;
import org.cloister.manager.problem.Page;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.right.Who;
import org.cloister.manager.usage.UsageHistory;
import org.cloister.protocol.Inspection;
import org.eclipse.microprofile.openapi.annotations.extensions.Extension;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

@Path("/api/v1/tenants")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
class TenantResource {

    @Inject
    Tenants tenants;

    @Inject
    Observations observations;

    @Inject
    Preference preference;

    @Inject
    SshDoor ssh;

    @Inject
    Who who;

    @Inject
    UsageHistory history;

    @Context
    SecurityContext caller;

    @POST
    @APIResponseSchema(value = TenantView.class, responseCode = "201")
    @Extension(name = Preference.WAITS, value = "true")
    public Response create(Wish.NewTenant wish) {
        if (wish == null) throw Refusal.invalid(null, "The body is empty: a name and a plan are needed at least.");
        OperationView operation = tenants.create(actor(), wish);
        return preference.answer(operation, 201, () -> view(tenants.get(wish.name()), true));
    }

    /** A tenant's own people see it alone. */
    @GET
    @APIResponseSchema(TenantView[].class)
    public Response list(@QueryParam("after") String after, @QueryParam("limit") String wished, @Context UriInfo uri) {
        int limit = Page.limit(wished);
        if (who.isTenant()) return Response.ok(List.of(get(who.getTenant()))).build();
        List<TenantView> page = Tenant.page(after, limit + 1).stream()
                .map(tenant -> view(tenant, false))
                .toList();
        return Page.of(page, limit, TenantView::name, uri);
    }

    @GET
    @Path("{name}")
    public TenantView get(@PathParam("name") String name) {
        return view(tenants.get(name), true);
    }

    @PATCH
    @Path("{name}")
    @APIResponseSchema(TenantView.class)
    @Extension(name = Preference.WAITS, value = "true")
    public Response change(@PathParam("name") String name, Wish.Change wish) {
        if (wish == null) throw Refusal.invalid(null, "The body is empty: say which plan or which limits.");
        return preference.answer(tenants.change(actor(), name, wish), 200, () -> view(tenants.get(name), true));
    }

    @DELETE
    @Path("{name}")
    @APIResponse(responseCode = "204", description = "It is gone.")
    @Extension(name = Preference.WAITS, value = "true")
    public Response delete(@PathParam("name") String name) {
        return preference.answer(tenants.delete(actor(), name), 204, () -> null);
    }

    @POST
    @Path("{name}/{action: start|stop|restart|freeze|thaw}")
    @Consumes(MediaType.WILDCARD)
    @APIResponseSchema(TenantView.class)
    @Extension(name = Preference.WAITS, value = "true")
    public Response act(@PathParam("name") String name, @PathParam("action") String action) {
        OperationView operation = tenants.act(actor(), name, Action.valueOf(action.toUpperCase(java.util.Locale.ROOT)));
        return preference.answer(operation, 200, () -> view(tenants.get(name), true));
    }

    /** What is used now; with any of from=, to= and step=, what was used then. */
    @GET
    @Path("{name}/usage")
    @APIResponseSchema(Observations.UsageView.class)
    public Object usage(
            @PathParam("name") String name,
            @QueryParam("from") String from,
            @QueryParam("to") String to,
            @QueryParam("step") String step) {
        return from == null && to == null && step == null
                ? observations.usage(name)
                : history.of(tenants.get(name).id, from, to, step);
    }

    /** The header Cloister-Processes says how many there are: the body may be cut short for want of time. */
    @GET
    @Path("{name}/processes")
    @APIResponseSchema(Inspection.Process[].class)
    public Response processes(@PathParam("name") String name) {
        Inspection seen = observations.inspect(name);
        return Response.ok(seen.processes())
                .header("Cloister-Processes", seen.count())
                .build();
    }

    @GET
    @Path("{name}/namespaces")
    public Observations.NamespacesView namespaces(@PathParam("name") String name) {
        return observations.namespaces(name);
    }

    private TenantView view(Tenant tenant, boolean withNotes) {
        return TenantView.of(tenant, ssh.command(tenant.name), withNotes ? tenants.shared(tenant) : List.of());
    }

    private String actor() {
        return caller.getUserPrincipal().getName();
    }
}
