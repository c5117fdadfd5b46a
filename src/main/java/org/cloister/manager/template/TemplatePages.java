package org.cloister.manager.template;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.cloister.manager.operation.Operation;
import org.cloister.manager.operation.OperationView;
import org.cloister.manager.operation.Timelines;
import org.cloister.manager.page.Sign;
import org.cloister.manager.page.Uploads;
import org.cloister.manager.page.Words;
import org.cloister.manager.problem.Refusal;
import org.cloister.protocol.Reply;
import org.jboss.resteasy.reactive.RestForm;

/** What there is to make tenants from, and the building of more. */
@Path("/templates")
@Produces(MediaType.TEXT_HTML)
@Blocking
class TemplatePages {

    @Inject
    Templates templates;

    @Inject
    Timelines timelines;

    @CheckedTemplate(basePath = "TemplatePages")
    static class Pages {

        static native TemplateInstance list(TemplateListPage view);
    }

    @GET
    public TemplateInstance list() {
        return Pages.list(page("", null));
    }

    @POST
    public Response build(@RestForm String name, @Context SecurityContext caller) {
        String suite = name == null ? "" : name.strip();
        try {
            OperationView operation = templates.build(caller.getUserPrincipal().getName(), suite);
            timelines.follow(operation.id());
            return Response.seeOther(URI.create("/operations/" + operation.id()))
                    .build();
        } catch (Refusal refusal) {
            return Response.status(422)
                    .entity(Pages.list(page(Uploads.echo(suite), refusal.sentence())))
                    .build();
        }
    }

    private TemplateListPage page(String name, String nameFault) {
        Operation building = Operation.<Operation>find("kind = 'template.build' and not done order by startedAt")
                .firstResult();
        try {
            return new TemplateListPage(
                    rows(templates.usual(), templates.all()),
                    null,
                    building == null ? null : building.id,
                    name,
                    nameFault);
        } catch (Refusal away) {
            return new TemplateListPage(List.of(), away.sentence(), null, name, nameFault);
        }
    }

    private static List<TemplateListPage.Row> rows(String usual, List<Reply.Template> built) {
        List<TemplateListPage.Row> rows = new ArrayList<>();
        for (Reply.Template template : built)
            rows.add(new TemplateListPage.Row(
                    template.suite(),
                    template.suite().equals(usual),
                    template.current() ? Sign.fine("ready") : Sign.attention("ready, of an earlier recipe"),
                    Words.count(template.packages()),
                    Words.bytes(template.bytes()),
                    template.builtAt(),
                    template.current() ? null : "Build anew"));
        if (rows.stream().noneMatch(TemplateListPage.Row::own))
            rows.add(0, new TemplateListPage.Row(usual, true, Sign.stopped("not built"), "–", "–", null, "Build now"));
        return rows;
    }
}
