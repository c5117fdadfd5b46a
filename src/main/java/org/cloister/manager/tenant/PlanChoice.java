package org.cloister.manager.tenant;

import java.util.List;
import org.cloister.manager.page.Words;
import org.cloister.manager.plan.Plan;
import org.cloister.protocol.Limit;
import org.cloister.protocol.TenantSpec;

/**
 * A plan as a card to choose.
 *
 * @param nesting whether its tenants run with the weaker profile
 * @param freezing whether one that an audit found not isolated is frozen
 */
record PlanChoice(
        String name, String limits, String disk, boolean nesting, boolean recording, boolean freezing, boolean chosen) {

    static List<PlanChoice> all(String chosen) {
        return Plan.all().stream()
                .map(plan -> new PlanChoice(
                        plan.name,
                        Words.cores(plan.limits.of(Limit.CPU)) + ", " + Words.bytes(plan.limits.of(Limit.MEMORY)),
                        Words.bytes(plan.limits.of(Limit.DISK)) + " disk, "
                                + Words.count(plan.limits.of(Limit.PROCESSES)) + " processes",
                        plan.profile == TenantSpec.Profile.NESTING,
                        plan.recording,
                        plan.onFailedAudit == Plan.OnFailedAudit.FREEZE,
                        plan.name.equals(chosen)))
                .toList();
    }
}
