package org.cloister.manager.tenant;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cloister.manager.limit.LimitWords;
import org.cloister.manager.plan.Plan;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;
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
public record PlanChange(
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

    public record Row(String label, String before, String after) {}

    public static PlanChange of(Tenant tenant, Plan plan) {
        boolean freeze = plan.onFailedAudit == Plan.OnFailedAudit.FREEZE;
        boolean frozen = tenant.onFailedAudit == Plan.OnFailedAudit.FREEZE;
        boolean profile = tenant.profile != plan.profile;
        return new PlanChange(
                tenant.name,
                plan.name,
                rows(tenant.limits, plan.limits),
                profile && plan.profile == TenantSpec.Profile.NESTING,
                profile && plan.profile == TenantSpec.Profile.STRICT,
                profile && tenant.desired != Desired.STOPPED,
                plan.recording && !tenant.recording,
                !plan.recording && tenant.recording,
                freeze && !frozen,
                !freeze && frozen);
    }

    private static List<Row> rows(Limits before, Limits after) {
        return Arrays.stream(Limit.values())
                .filter(limit -> before.of(limit) != after.of(limit))
                .map(limit -> new Row(
                        LimitWords.label(limit),
                        LimitWords.value(limit, before.of(limit)),
                        LimitWords.value(limit, after.of(limit))))
                .toList();
    }

    /** "alice was changed: plan small to large; Memory 512 MiB to 1 GiB." */
    static String sentence(String name, String planBefore, String planAfter, Limits before, Limits after) {
        List<String> changes = new ArrayList<>();
        if (!planBefore.equals(planAfter)) changes.add("plan " + planBefore + " to " + planAfter);
        for (Row row : rows(before, after)) changes.add(row.label + " " + row.before + " to " + row.after);
        return changes.isEmpty()
                ? name + " was asked to have what it has already."
                : name + " was changed: " + String.join("; ", changes) + ".";
    }

    public boolean nothing() {
        return rows.isEmpty() && !nesting && !strict && !recorded && !unrecorded && !freezing && !unfreezing;
    }
}
