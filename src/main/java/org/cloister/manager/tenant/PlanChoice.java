package org.cloister.manager.tenant;

import java.util.List;
import org.cloister.manager.page.Words;
import org.cloister.manager.plan.Plan;
import org.cloister.manager.plan.PlanRoom;
import org.cloister.protocol.Limit;
import org.cloister.protocol.TenantSpec;

/**
 * A plan as a card to choose.
 *
 * @param room how many more the machine has room for; empty where that is not known
 * @param nesting whether its tenants run with the weaker profile
 * @param freezing whether one that an audit found not isolated is frozen
 */
record PlanChoice(
        String name,
        String limits,
        String disk,
        String room,
        boolean nesting,
        boolean recording,
        boolean freezing,
        boolean chosen) {

    /** @param room what the machine has left */
    static List<PlanChoice> all(String chosen, PlanRoom.Room room) {
        return Plan.all().stream()
                .map(plan -> new PlanChoice(
                        plan.name,
                        Words.cores(plan.limits.of(Limit.CPU)) + ", " + Words.bytes(plan.limits.of(Limit.MEMORY)),
                        Words.bytes(plan.limits.of(Limit.DISK)) + " disk, "
                                + Words.count(plan.limits.of(Limit.PROCESSES)) + " processes",
                        room.words(plan.limits),
                        plan.profile == TenantSpec.Profile.NESTING,
                        plan.recording,
                        plan.onFailedAudit == Plan.OnFailedAudit.FREEZE,
                        plan.name.equals(chosen)))
                .toList();
    }
}
