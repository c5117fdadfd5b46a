package org.cloister.manager.operation;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import org.cloister.manager.page.SshDoor;

/** Work that one watches. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
class OperationPages {

    @Inject
    Operations operations;

    @Inject
    Timelines timelines;

    @Inject
    SshDoor ssh;

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance show(OperationPage view);

        static native TemplateInstance show$live(OperationPage view);
    }

    @GET
    @Path("operations/{id}")
    public TemplateInstance show(@PathParam("id") UUID id) {
        return Templates.show(page(id));
    }

    /** The part that moves. The end of an audit leads on to its report. */
    @GET
    @Path("live/operations/{id}")
    public Response live(@PathParam("id") UUID id) {
        OperationPage page = page(id);
        Response.ResponseBuilder answer = Response.ok(Templates.show$live(page));
        if (page.done() && page.problem() == null && page.section().equals("audits"))
            answer.header("HX-Redirect", page.next());
        return answer.build();
    }

    private OperationPage page(UUID id) {
        OperationView operation = operations.get(id);
        return OperationPage.of(
                operation,
                timelines.of(id),
                operation.tenant() == null ? "" : ssh.command(operation.tenant()),
                ssh.fingerprint());
    }
}
