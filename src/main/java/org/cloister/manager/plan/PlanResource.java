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

    @PATCH
    @Path("{name}")
    public Plans.PlanView change(@PathParam("name") String name, Plans.PlanView wish) {
        return plans.change(actor(), name, required(wish));
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
