package org.cloister.manager.template;

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
import java.util.List;
import org.cloister.manager.operation.Preference;
import org.cloister.manager.problem.Refusal;
import org.cloister.protocol.Reply;
import org.eclipse.microprofile.openapi.annotations.extensions.Extension;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

@Path("/api/v1/templates")
@Produces(MediaType.APPLICATION_JSON)
class TemplateResource {

    @Inject
    Templates templates;

    @Inject
    Preference preference;

    @Context
    SecurityContext caller;

    /** @param suite "bookworm"; null for the host's own */
    record NewTemplate(String suite) {}

    @GET
    public List<Reply.Template> list() {
        return templates.all();
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @APIResponseSchema(value = Reply.Template.class, responseCode = "201")
    @Extension(name = Preference.WAITS, value = "true")
    public Response build(NewTemplate wish) {
        String suite = wish == null || wish.suite() == null ? templates.usual() : wish.suite();
        return preference.answer(
                templates.build(actor(), suite),
                201,
                () -> templates.all().stream()
                        .filter(template -> template.suite().equals(suite))
                        .findFirst()
                        .orElseThrow(() -> Refusal.unknown("The template was removed again.")));
    }

    @DELETE
    @Path("{suite}")
    public void remove(@PathParam("suite") String suite) {
        templates.remove(actor(), suite);
    }

    private String actor() {
        return caller.getUserPrincipal().getName();
    }
}
