package org.cloister.manager.plan;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.tenant.PlanChange;
import org.cloister.manager.tenant.Tenant;
import org.cloister.manager.tenant.Tenants;
import org.cloister.manager.tenant.Wish;

/** Changes a plan for those who have it, too: whom that touches and how is known before. */
@ApplicationScoped
class PlanMoves {

    @Inject
    Plans plans;

    @Inject
    Tenants tenants;

    /** What would change for each tenant of the plan if it were given the changed plan, those with nothing to change left out. */
    List<PlanChange> effect(String name, Plans.PlanView wish) {
        return QuarkusTransaction.joiningExisting().call(() -> {
            Plan changed = plans.preview(name, wish);
            return Tenant.<Tenant>list("plan = ?1 order by name", name).stream()
                    .map(tenant -> PlanChange.of(tenant, changed))
                    .filter(change -> !change.nothing())
                    .toList();
        });
    }

    /**
     * Gives the plan, as it is now, to every tenant that has its name and not its limits.
     *
     * @return a sentence for each that it could not be given to
     */
    List<String> move(String actor, String name) {
        List<String> refusals = new ArrayList<>();
        for (PlanChange change : effect(name, new Plans.PlanView(null, null, null, null, null, null)))
            try {
                tenants.change(actor, change.name(), new Wish.Change(name, null));
            } catch (Refusal refusal) {
                refusals.add(refusal.sentence());
            }
        return refusals;
    }
}
