package org.cloister.manager.plan;

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
import java.util.List;
import org.cloister.manager.problem.Refusal;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

@Path("/api/v1/plans")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
class PlanResource {

    @Inject
    Plans plans;

    @Inject
    PlanMoves moves;

    @Context
    SecurityContext caller;

    @GET
    public List<Plans.PlanView> list() {
        return Plan.all().stream().map(Plans.PlanView::of).toList();
    }

    @GET
    @Path("{name}")
    public Plans.PlanView get(@PathParam("name") String name) {
        return Plans.PlanView.of(plans.get(name));
    }

    @POST
    @APIResponseSchema(value = Plans.PlanView.class, responseCode = "201")
    public Response create(Plans.PlanView wish) {
        return Response.status(201)
                .entity(plans.create(actor(), required(wish)))
                .build();
    }

    /** With tenants=show it says whom it touches and changes nothing; with tenants=move its tenants get the changed plan. */
    @PATCH
    @APIResponseSchema(Plans.PlanView.class)
    @Path("{name}")
    public Object change(@PathParam("name") String name, @QueryParam("tenants") String tenants, Plans.PlanView wish) {
        if ("show".equals(tenants)) return moves.effect(name, required(wish));
        if (tenants != null && !"move".equals(tenants))
            throw Refusal.invalid(
                    "tenants", "tenants is show, which changes nothing and says whom it touches, or move.");
        Plans.PlanView changed = plans.change(actor(), name, required(wish));
        if (tenants != null) moves.move(actor(), name);
        return changed;
    }

    @DELETE
    @Path("{name}")
    public void remove(@PathParam("name") String name) {
        plans.remove(actor(), name);
    }

    private static Plans.PlanView required(Plans.PlanView wish) {
        if (wish == null) throw Refusal.invalid(null, "The body is empty: name and limits of the plan are missing.");
        return wish;
    }

    private String actor() {
        return caller.getUserPrincipal().getName();
    }
}
