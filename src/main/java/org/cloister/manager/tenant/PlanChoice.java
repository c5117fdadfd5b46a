package org.cloister.manager.tenant;

import java.util.List;
import org.cloister.manager.page.Words;
import org.cloister.manager.plan.Plan;

/** A plan as a card to choose. */
record PlanChoice(String name, String limits, String disk, boolean chosen) {

    static List<PlanChoice> all(String chosen) {
        return Plan.all().stream()
                .map(plan -> new PlanChoice(
                        plan.name,
                        Words.cores(plan.cpuPercent) + ", " + Words.bytes(plan.memoryBytes),
                        Words.bytes(plan.diskBytes) + " disk, " + Words.count(plan.pids) + " processes",
                        plan.name.equals(chosen)))
                .toList();
    }
}
