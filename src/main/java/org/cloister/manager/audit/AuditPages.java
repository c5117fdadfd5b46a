package org.cloister.manager.audit;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.operation.Operation;
import org.cloister.manager.operation.OperationView;
import org.cloister.manager.operation.Timelines;
import org.cloister.manager.page.Words;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.record.Readings;
import org.cloister.manager.tenant.Tenant;
import org.cloister.protocol.Request.NoteReading.Form;

/** The audits, each one's matrix, and the evidence behind each cell. */
@Path("/audits")
@Produces(MediaType.TEXT_HTML)
@Blocking
class AuditPages {

    /** Attackers on one page, where there are too many for a square. */
    private static final int LISTED = 100;

    @Inject
    Audits audits;

    @Inject
    Readings readings;

    @Inject
    Timelines timelines;

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance list(AuditListPage view);

        static native TemplateInstance show(AuditPage view, AuditDifference difference);

        static native TemplateInstance cell(AuditCell cell, UUID id);

        static native TemplateInstance cell$evidence(AuditCell cell, UUID id);
    }

    @GET
    public TemplateInstance list() {
        return Templates.list(page(null));
    }

    @POST
    public Response run(@Context SecurityContext caller) {
        try {
            OperationView operation = audits.run(caller.getUserPrincipal().getName(), List.of());
            timelines.follow(operation.id());
            return Response.seeOther(URI.create("/operations/" + operation.id()))
                    .build();
        } catch (Refusal refusal) {
            return Response.status(409)
                    .entity(Templates.list(page(refusal.sentence())))
                    .build();
        }
    }

    @GET
    @Path("{id}")
    public TemplateInstance show(
            @PathParam("id") UUID id,
            @QueryParam("tenant") @DefaultValue("") String tenant,
            @Context SecurityContext caller) {
        AuditReport report = audits.get(id);
        readings.note(caller.getUserPrincipal().getName(), id, Form.PAGE);
        AuditReading reading = new AuditReading(id, report.document);
        AuditDifference difference = report.before()
                .map(before -> AuditDifference.of(before.id, before.document, report.document))
                .orElse(null);
        return Templates.show(reading.page(tenant.strip(), LISTED), difference);
    }

    /** As a page of its own, or, where htmx asks, as what goes into the drawer. */
    @GET
    @Path("{id}/{attacker}/{victim}")
    public TemplateInstance cell(
            @PathParam("id") UUID id,
            @PathParam("attacker") String attacker,
            @PathParam("victim") String victim,
            @HeaderParam("HX-Request") String htmx,
            @Context SecurityContext caller) {
        AuditCell cell = AuditCells.find(audits.get(id).document, attacker, victim);
        readings.note(caller.getUserPrincipal().getName(), id, Form.PAGE);
        if (cell == null) throw Refusal.unknown("This audit has no such cell.");
        return htmx == null ? Templates.cell(cell, id) : Templates.cell$evidence(cell, id);
    }

    private static AuditListPage page(String fault) {
        Operation running = Operation.<Operation>find("kind = 'audit.run' and not done order by startedAt")
                .firstResult();
        boolean canRun = Tenant.count("state", Tenant.State.RUNNING) > 0;
        return new AuditListPage(
                running == null ? null : running.id,
                canRun ? null : "No tenant runs, so there is nothing to prove. Onboard or start one first.",
                fault,
                AuditReport.all().stream().map(AuditPages::row).toList());
    }

    private static AuditListPage.Row row(AuditReport report) {
        return new AuditListPage.Row(
                report.id,
                AuditReading.overall(report.verdict),
                AuditRun.covers(report.focus()),
                report.startedAt,
                AuditReading.took(report.startedAt, report.finishedAt),
                Words.count(report.passed),
                Words.count(report.failed),
                Words.count(report.voided),
                Words.count(report.inapplicable));
    }
}
