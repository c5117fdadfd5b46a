package org.cloister.manager.plan;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cloister.manager.limit.Heading;
import org.cloister.manager.limit.LimitWords;
import org.cloister.manager.page.Fact;
import org.cloister.manager.page.Words;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.tenant.PlanChange;
import org.cloister.protocol.Limit;
import org.cloister.protocol.TenantSpec;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.RestQuery;

/** The plans, to read and to edit. A change is shown with those it touches before it is made. */
@Path("/plans")
@Produces(MediaType.TEXT_HTML)
@Blocking
class PlanPages {

    @Inject
    Plans plans;

    @Inject
    PlanMoves moves;

    @Inject
    PlanFiles files;

    @Inject
    PlanRoom room;

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance list(List<PlanCard> plans, List<String> refusals);

        static native TemplateInstance edit(PlanForm form);

        static native TemplateInstance effect(PlanForm form, List<PlanChange> changes, String tenants);
    }

    @GET
    public TemplateInstance list() {
        return page(List.of());
    }

    /** @param plan that is changed; null for a new one @param from whose copy the new one begins as; may be null */
    @GET
    @Path("edit")
    public TemplateInstance edit(@RestQuery String plan, @RestQuery String from) {
        if (plan != null) {
            files.refuse(plan);
            return Templates.edit(PlanForm.of(plans.get(plan), false));
        }
        return Templates.edit(from == null ? PlanForm.empty() : PlanForm.of(plans.get(from), true));
    }

    /** The first time a change is shown with its effect; the second time, with "sure", it is made. */
    @POST
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response save(MultivaluedMap<String, String> fields, @Context SecurityContext caller) {
        PlanForm form = form(fields);
        String actor = caller.getUserPrincipal().getName();
        List<String> refusals = List.of();
        try {
            if (form.old() == null) {
                plans.create(actor, form.wish());
            } else if (fields.containsKey("sure")) {
                plans.change(actor, form.old(), form.wish());
                if ("yes".equals(fields.getFirst("move"))) refusals = moves.move(actor, form.old());
            } else {
                List<PlanChange> changes = moves.effect(form.old(), form.wish());
                String tenants = Words.plural(room.now().count(form.old()), "tenant");
                return Response.ok(Templates.effect(form, changes, tenants)).build();
            }
        } catch (Refusal refusal) {
            return Response.status(422)
                    .entity(Templates.edit(form.refused(refusal)))
                    .build();
        }
        return refusals.isEmpty()
                ? Response.seeOther(URI.create("/plans#" + form.name())).build()
                : Response.ok(page(refusals)).build();
    }

    @POST
    @Path("remove")
    public Response remove(@RestForm String plan, @Context SecurityContext caller) {
        try {
            plans.remove(caller.getUserPrincipal().getName(), plan == null ? "" : plan);
        } catch (Refusal refusal) {
            return Response.status(409)
                    .entity(page(List.of(refusal.sentence())))
                    .build();
        }
        return Response.seeOther(URI.create("/plans")).build();
    }

    private static PlanForm form(MultivaluedMap<String, String> fields) {
        Map<String, String> typed = new HashMap<>();
        for (Limit limit : Limit.values()) typed.put(limit.key(), or(fields.getFirst(limit.key())));
        String old = or(fields.getFirst("old"));
        return new PlanForm(
                old.isEmpty() ? null : old,
                old.isEmpty() ? or(fields.getFirst("name")).strip() : old,
                or(fields.getFirst("summary")).strip(),
                "yes".equals(fields.getFirst("nesting")),
                "yes".equals(fields.getFirst("recording")),
                "yes".equals(fields.getFirst("freezing")),
                typed,
                null,
                Map.of());
    }

    private static String or(String text) {
        return text == null ? "" : text;
    }

    private TemplateInstance page(List<String> refusals) {
        PlanRoom.Room now = room.now();
        return Templates.list(Plan.all().stream().map(plan -> card(plan, now)).toList(), refusals);
    }

    private PlanCard card(Plan plan, PlanRoom.Room now) {
        return new PlanCard(
                plan.name,
                plan.summary,
                plan.profile == TenantSpec.Profile.NESTING,
                plan.recording,
                plan.onFailedAudit == Plan.OnFailedAudit.FREEZE,
                Heading.group(
                        limit -> Fact.text(LimitWords.label(limit), LimitWords.value(limit, plan.limits.of(limit)))),
                Words.plural(now.count(plan.name), "tenant"),
                now.count(plan.name) > 0,
                files.defines(plan.name),
                now.words(plan.limits));
    }
}
