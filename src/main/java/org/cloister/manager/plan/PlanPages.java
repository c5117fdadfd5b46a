package org.cloister.manager.plan;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.cloister.manager.limit.Heading;
import org.cloister.manager.limit.LimitWords;
import org.cloister.manager.page.Fact;
import org.cloister.manager.page.Words;
import org.cloister.manager.tenant.Tenant;
import org.cloister.protocol.TenantSpec;

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
                plan.profile == TenantSpec.Profile.NESTING,
                plan.recording,
                plan.onFailedAudit == Plan.OnFailedAudit.FREEZE,
                Heading.group(
                        limit -> Fact.text(LimitWords.label(limit), LimitWords.value(limit, plan.limits.of(limit)))),
                Words.plural(Tenant.count("plan", plan.name), "tenant"));
    }
}
