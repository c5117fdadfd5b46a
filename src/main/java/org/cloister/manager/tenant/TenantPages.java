package org.cloister.manager.tenant;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.operation.OperationView;
import org.cloister.manager.operation.Operations;
import org.cloister.manager.page.Uploads;
import org.cloister.manager.plan.Plans;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.snapshot.Snapshots;
import org.cloister.manager.tenant.TenantPage.Said;
import org.cloister.manager.usage.Charts;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.multipart.FileUpload;

/** Each tenant, and what is done to it there. Each POST ends with a redirect or with the sentence. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
class TenantPages {

    /** For a page to be painted at once; what is late comes with the first look of its script. */
    private static final Duration FIRST = Duration.ofMillis(40);

    /** Longer than the agent looks at the processes of whoever has thousands. */
    private static final Duration WHOLE = Duration.ofSeconds(5);

    @Inject
    Tenants tenants;

    @Inject
    TenantViews views;

    @Inject
    Snapshots snapshots;

    @Inject
    Operations operations;

    @Inject
    Plans plans;

    @Inject
    Charts charts;

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance show(TenantPage view, boolean live, Charts.View use);

        static native TemplateInstance show$live(TenantPage view, boolean live, Charts.View use);

        static native TemplateInstance charts(Charts.View view);

        static native TemplateInstance plan(PlanChange change);

        static native TemplateInstance plan$effect(PlanChange change);
    }

    @GET
    @Path("tenants/{name}")
    public TemplateInstance show(@PathParam("name") String name, @RestQuery String wait) {
        return page(tenants.get(name), Said.NOTHING, wait == null ? FIRST : WHOLE);
    }

    /** What moves, every two seconds. A tenant that is gone sends its page to the list. */
    @GET
    @Path("live/tenants/{name}")
    public Response liveShow(@PathParam("name") String name) {
        return Tenant.named(name)
                .map(tenant -> Response.ok(Templates.show$live(views.moving(tenant, WHOLE), true, null)))
                .orElseGet(() -> Response.noContent().header("HX-Redirect", "/"))
                .build();
    }

    @POST
    @Path("tenants/{name}/{verb}")
    @Consumes({MediaType.APPLICATION_FORM_URLENCODED, MediaType.WILDCARD})
    public Response act(
            @PathParam("name") String name, @PathParam("verb") String verb, @Context SecurityContext caller) {
        Action action = Arrays.stream(Action.values())
                .filter(one -> one.word().equals(verb))
                .findFirst()
                .orElseThrow(() -> Refusal.unknown("There is nothing under this path."));
        return attempt(name, "", "", () -> tenants.act(who(caller), name, action));
    }

    @POST
    @Path("tenants/{name}/keys")
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    public Response addKeys(
            @PathParam("name") String name,
            @RestForm String sshKeys,
            @RestForm("keyFiles") List<FileUpload> keyFiles,
            @Context SecurityContext caller) {
        String text = Uploads.texts(sshKeys, keyFiles);
        return attempt(name, "keys", text, () -> tenants.addKeys(who(caller), name, List.of(text)));
    }

    @POST
    @Path("tenants/{name}/keys/remove")
    public Response removeKey(
            @PathParam("name") String name, @RestForm String fingerprint, @Context SecurityContext caller) {
        return attempt(name, "", "", () -> tenants.removeKey(who(caller), name, fingerprint));
    }

    /** What another plan would change, as a page of its own or, where htmx asks, below the choice. */
    @GET
    @Path("tenants/{name}/plan")
    public TemplateInstance showPlan(
            @PathParam("name") String name, @RestQuery String plan, @HeaderParam("HX-Request") String htmx) {
        PlanChange change = PlanChange.of(tenants.get(name), plans.get(plan == null ? "" : plan));
        return htmx == null ? Templates.plan(change) : Templates.plan$effect(change);
    }

    /** What was used, as a page's part where htmx asks; else the tenant's page with it. */
    @GET
    @Path("tenants/{name}/use")
    public Response showUse(
            @PathParam("name") String name, @RestQuery String span, @HeaderParam("HX-Request") String htmx) {
        Tenant tenant = tenants.get(name);
        Charts.View view = charts.of(tenant.id, name, tenant.limits, span);
        return Response.ok(
                        htmx == null
                                ? Templates.show(views.one(tenant, Said.NOTHING, FIRST), false, view)
                                : Templates.charts(view))
                .build();
    }

    @POST
    @Path("tenants/{name}/snapshots")
    public Response takeSnapshot(
            @PathParam("name") String name, @RestForm String note, @Context SecurityContext caller) {
        return attempt(name, "snapshots", note, () -> done(snapshots.take(who(caller), name, note)));
    }

    @POST
    @Path("tenants/{name}/snapshots/remove")
    public Response removeSnapshot(@PathParam("name") String name, @RestForm UUID id, @Context SecurityContext caller) {
        return attempt(name, "snapshots", "", () -> done(snapshots.remove(who(caller), name, id)));
    }

    /** Goes to where one can watch it. */
    @POST
    @Path("tenants/{name}/snapshots/restore")
    public Response restoreSnapshot(
            @PathParam("name") String name, @RestForm UUID id, @Context SecurityContext caller) {
        Tenant tenant = tenants.get(name);
        try {
            return to("/operations/" + snapshots.restore(who(caller), name, id).id());
        } catch (Refusal refusal) {
            return refused(409, tenant, new Said("snapshots", refusal.sentence(), ""));
        }
    }

    @POST
    @Path("tenants/{name}/plan")
    public Response changePlan(@PathParam("name") String name, @RestForm String plan, @Context SecurityContext caller) {
        return attempt(name, "plan", "", () -> tenants.change(who(caller), name, new Wish.Change(plan, null)));
    }

    @POST
    @Path("tenants/{name}/delete")
    public Response delete(@PathParam("name") String name, @RestForm String sure, @Context SecurityContext caller) {
        Tenant tenant = tenants.get(name);
        if (sure == null || !sure.strip().equals(name)) {
            String sentence = "Nothing was deleted: type " + name + " to say that you mean it.";
            return refused(422, tenant, new Said("delete", sentence, ""));
        }
        try {
            tenants.delete(who(caller), name);
        } catch (Refusal refusal) {
            return refused(409, tenant, new Said("delete", refusal.sentence(), ""));
        }
        return to("/");
    }

    private Response attempt(String name, String field, String text, Runnable change) {
        Tenant tenant = tenants.get(name);
        try {
            change.run();
        } catch (Refusal refusal) {
            int status = refusal.kind() == Refusal.Kind.INVALID ? 422 : 409;
            return refused(status, tenant, new Said(field, refusal.sentence(), Uploads.echo(text)));
        }
        return to("/tenants/" + name + (field.isEmpty() ? "" : "#" + field));
    }

    /** Waits for what takes milliseconds as a rule. */
    private void done(OperationView operation) {
        operations.await(operation.id(), Duration.ofSeconds(10));
    }

    private TemplateInstance page(Tenant tenant, Said said, Duration patience) {
        return Templates.show(
                views.one(tenant, said, patience), false, charts.of(tenant.id, tenant.name, tenant.limits, null));
    }

    private Response refused(int status, Tenant tenant, Said said) {
        return Response.status(status).entity(page(tenant, said, FIRST)).build();
    }

    static String who(SecurityContext caller) {
        return caller.getUserPrincipal().getName();
    }

    private static Response to(String path) {
        return Response.seeOther(URI.create(path)).build();
    }
}
