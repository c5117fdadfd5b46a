package org.cloister.manager.tenant;

import java.util.Arrays;
import java.util.List;
import org.cloister.manager.limit.LimitWords;
import org.cloister.manager.plan.Plan;
import org.cloister.protocol.Limit;
import org.cloister.protocol.TenantSpec;
import org.cloister.protocol.TenantSpec.Desired;

/**
 * What another plan would change, to be read before it is changed.
 *
 * @param rows the limits that get another value
 * @param nesting whether the tenant would run with the weaker profile, and does not yet
 * @param strict whether it would run with the strict profile again
 * @param restarts whether every process and session ends for it
 * @param recorded whether sessions on a terminal would be recorded, and are not yet
 * @param unrecorded whether they would no longer be
 * @param freezing whether it would be frozen after a failed audit, and would not yet
 * @param unfreezing whether it would no longer be
 */
record PlanChange(
        String name,
        String plan,
        List<Row> rows,
        boolean nesting,
        boolean strict,
        boolean restarts,
        boolean recorded,
        boolean unrecorded,
        boolean freezing,
        boolean unfreezing) {

    record Row(String label, String before, String after) {}

    static PlanChange of(Tenant tenant, Plan plan) {
        boolean freeze = plan.onFailedAudit == Plan.OnFailedAudit.FREEZE;
        boolean frozen = tenant.onFailedAudit == Plan.OnFailedAudit.FREEZE;
        boolean profile = tenant.profile != plan.profile;
        return new PlanChange(
                tenant.name,
                plan.name,
                Arrays.stream(Limit.values())
                        .filter(limit -> tenant.limits.of(limit) != plan.limits.of(limit))
                        .map(limit -> new Row(
                                LimitWords.label(limit),
                                LimitWords.value(limit, tenant.limits.of(limit)),
                                LimitWords.value(limit, plan.limits.of(limit))))
                        .toList(),
                profile && plan.profile == TenantSpec.Profile.NESTING,
                profile && plan.profile == TenantSpec.Profile.STRICT,
                profile && tenant.desired != Desired.STOPPED,
                plan.recording && !tenant.recording,
                !plan.recording && tenant.recording,
                freeze && !frozen,
                !freeze && frozen);
    }

    public boolean nothing() {
        return rows.isEmpty() && !nesting && !strict && !recorded && !unrecorded && !freezing && !unfreezing;
    }
}
