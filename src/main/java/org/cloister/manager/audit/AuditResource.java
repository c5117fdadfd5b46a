package org.cloister.manager.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
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
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.operation.OperationView;
import org.cloister.manager.operation.Operations;
import org.cloister.manager.operation.Preference;
import org.cloister.manager.problem.Page;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.record.Readings;
import org.cloister.manager.record.Records;
import org.cloister.protocol.Request.NoteReading.Form;
import org.eclipse.microprofile.openapi.annotations.extensions.Extension;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

@Path("/api/v1/audits")
@Produces(MediaType.APPLICATION_JSON)
class AuditResource {

    @Inject
    Audits audits;

    @Inject
    Readings readings;

    @Inject
    Records records;

    @Inject
    Operations operations;

    @Inject
    Preference preference;

    @Context
    SecurityContext caller;

    record Summary(
            int passed,
            int failed,
            @JsonProperty("void") int voided,
            @JsonProperty("not-applicable") int inapplicable) {}

    /**
     * @param focus whose row and column alone it is of; empty where it is of all tenants
     * @param sequence its place in the chain, {@code sha256} what the next one names; absent for one of before it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ReportView(
            UUID id,
            String verdict,
            List<String> focus,
            Instant startedAt,
            Instant finishedAt,
            Summary summary,
            Long sequence,
            String sha256) {

        static ReportView of(AuditReport report) {
            return new ReportView(
                    report.id,
                    report.verdict,
                    report.focus(),
                    report.startedAt,
                    report.finishedAt,
                    new Summary(report.passed, report.failed, report.voided, report.inapplicable),
                    report.sequence,
                    report.sha256);
        }
    }

    @POST
    @APIResponseSchema(value = Object.class, responseCode = "201")
    @Extension(name = Preference.WAITS, value = "true")
    public Response run() {
        OperationView operation = audits.run(caller.getUserPrincipal().getName(), List.of());
        return preference.answer(
                operation,
                201,
                () -> audits.get(UUID.fromString(operations.get(operation.id()).subject())).document);
    }

    /** The latest first; after= is the id of the last one seen. The header Cloister-Head has the chain's last record. */
    @GET
    @APIResponseSchema(ReportView[].class)
    public Response list(@QueryParam("after") UUID after, @QueryParam("limit") String wished, @Context UriInfo uri) {
        int limit = Page.limit(wished);
        List<ReportView> page =
                AuditReport.page(after, limit + 1).stream().map(ReportView::of).toList();
        Response.ResponseBuilder answer = Response.fromResponse(Page.of(page, limit, ReportView::id, uri));
        records.head().ifPresent(head -> answer.header("Cloister-Head", head));
        return answer.build();
    }

    @GET
    @Path("{id}")
    public byte[] get(@PathParam("id") UUID id) {
        return read(id, Form.JSON).document;
    }

    /** The signature of these bytes, as `ssh-keygen -Y verify` takes it. */
    @GET
    @Path("{id}.sig")
    @Produces(MediaType.TEXT_PLAIN)
    public Response signature(@PathParam("id") UUID id) {
        String signature = read(id, Form.SIG).signature;
        if (signature == null) throw Refusal.unknown("This report is of before reports were signed.");
        return Response.ok(signature)
                .header("Content-Disposition", "attachment; filename=\"audit-" + id + ".json.sig\"")
                .build();
    }

    /** The report set for paper. What is signed is the JSON. */
    @GET
    @Path("{id}.pdf")
    @Produces("application/pdf")
    public Response paper(@PathParam("id") UUID id) {
        return Response.ok(AuditPaper.of(read(id, Form.PDF)).pdf())
                .header("Content-Disposition", "attachment; filename=\"audit-" + id + ".pdf\"")
                .build();
    }

    /** The same bytes, to keep as a file. */
    @GET
    @Path("{id}.json")
    public Response download(@PathParam("id") UUID id) {
        return Response.ok(read(id, Form.JSON).document)
                .header("Content-Disposition", "attachment; filename=\"audit-" + id + ".json\"")
                .build();
    }

    /** Who reads a report is recorded. */
    private AuditReport read(UUID id, Form form) {
        AuditReport report = audits.get(id);
        readings.note(caller.getUserPrincipal().getName(), id, form);
        return report;
    }
}
