package org.cloister.manager.tenant;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.cloister.manager.host.PublicAddress;
import org.cloister.manager.operation.OperationView;
import org.cloister.manager.operation.Operations;
import org.cloister.manager.operation.Phase;
import org.cloister.manager.operation.Timelines;
import org.cloister.manager.page.Sign;
import org.cloister.manager.page.SshDoor;
import org.cloister.manager.page.Uploads;
import org.cloister.manager.problem.Refusal;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.multipart.FileUpload;

/** Several tenants from CSV: pasted or as a file, checked as a whole, made together, watched until they run. */
@Path("/tenants/new/several")
@Produces(MediaType.TEXT_HTML)
@Blocking
class BatchPages {

    @Inject
    Batches batches;

    @Inject
    PublicAddress address;

    @Inject
    Operations operations;

    @Inject
    Timelines timelines;

    @Inject
    SshDoor ssh;

    @Context
    HttpServerRequest request;

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance form(String csv, String fault, List<Batches.Checked> lines, boolean right);

        static native TemplateInstance made(Progress view, List<Batches.Made> invited);

        static native TemplateInstance made$live(Progress view, List<Batches.Made> invited);
    }

    /** @param ids of the operations, as they are asked for again */
    record Progress(String ids, boolean done, List<Step> steps) {}

    /** @param problem why it did not succeed; null where it did, or may still */
    record Step(String tenant, Sign sign, List<Phase> phases, String problem, String command) {

        public String commandId() {
            return "ssh-" + tenant;
        }
    }

    @GET
    public TemplateInstance form() {
        return Templates.form("", null, List.of(), false);
    }

    /** @param make "yes" to make them; else they are checked, and shown */
    @POST
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    public Response several(
            @RestForm String csv,
            @RestForm String make,
            @RestForm("files") List<FileUpload> files,
            @Context SecurityContext caller) {
        String text = Uploads.texts(csv, files);
        List<Batches.Checked> checked = List.of();
        String fault = null;
        try {
            Batch batch = Batch.read(text);
            checked = batches.check(batch);
            Refusal refusal = Batches.refusal(checked);
            if (refusal == null && "yes".equals(make)) {
                return Response.ok(page(batches.make(TenantPages.who(caller), batch, origin())))
                        .build();
            }
            boolean right = refusal == null;
            return Response.status(right ? 200 : 422)
                    .entity(Templates.form(Uploads.echo(text), null, checked, right))
                    .build();
        } catch (Refusal refusal) {
            fault = refusal.sentence();
        }
        return Response.status(422)
                .entity(Templates.form(Uploads.echo(text), fault, checked, false))
                .build();
    }

    /** Makes one tenant whose owner is invited: the page that shows the link, and how far it is. */
    TemplateInstance page(String actor, Wish.NewTenant wish) {
        return page(List.of(batches.makeInvited(actor, wish, origin())));
    }

    private TemplateInstance page(List<Batches.Made> made) {
        return Templates.made(
                progress(made.stream().map(Batches.Made::operation).toList()),
                made.stream().filter(one -> one.invitation() != null).toList());
    }

    private String origin() {
        return address.links(request);
    }

    /** How far they are. @param of the operations, with commas between */
    @GET
    @Path("live")
    public TemplateInstance live(@RestQuery String of) {
        List<UUID> ids = new ArrayList<>();
        if (of != null && of.matches("[0-9a-f-]{36}(,[0-9a-f-]{36}){0," + Batch.MOST + "}"))
            Arrays.stream(of.split(",")).map(UUID::fromString).forEach(ids::add);
        return Templates.made$live(progress(ids), List.of());
    }

    private Progress progress(List<UUID> ids) {
        List<OperationView> views = ids.stream().map(operations::get).toList();
        return new Progress(
                ids.stream().map(UUID::toString).collect(Collectors.joining(",")),
                views.stream().allMatch(OperationView::done),
                views.stream().map(this::step).toList());
    }

    private Step step(OperationView view) {
        Sign sign = view.problem() != null
                ? Sign.danger("failed")
                : view.done() ? new Sign("ready", "check", "fine") : Sign.changing("under way");
        return new Step(view.tenant(), sign, timelines.phases(view), view.problem(), ssh.command(view.tenant()));
    }
}
