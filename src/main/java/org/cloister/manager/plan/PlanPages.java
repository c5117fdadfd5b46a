package org.cloister.manager.plan;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.cloister.manager.page.Words;
import org.cloister.manager.tenant.Tenant;
import org.cloister.protocol.Limit;

/** The plans, to read. */
@Path("/plans")
@Produces(MediaType.TEXT_HTML)
@Blocking
class PlanPages {

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance list(List<PlanCard> plans);
    }

    @GET
    public TemplateInstance list() {
        return Templates.list(Plan.all().stream().map(PlanPages::card).toList());
    }

    private static PlanCard card(Plan plan) {
        return new PlanCard(
                plan.name,
                plan.summary,
                Words.cores(plan.limits.of(Limit.CPU)),
                Words.bytes(plan.limits.of(Limit.MEMORY)),
                Words.count(plan.limits.of(Limit.PROCESSES)),
                Words.bytes(plan.limits.of(Limit.DISK)),
                Words.plural(Tenant.count("plan", plan.name), "tenant"));
    }
}
