package org.cloister.manager.plan;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloister.manager.limit.Heading;
import org.cloister.manager.limit.LimitWords;
import org.cloister.manager.problem.Refusal;
import org.cloister.protocol.Limit;
import org.cloister.protocol.TenantSpec;

/**
 * A plan as it is edited: what was typed, and what is wrong with it.
 *
 * @param old the name of the plan that is changed; null for a new one
 * @param fault what is wrong with no single field; else null
 * @param faults by the field's name in the API
 */
record PlanForm(
        String old,
        String name,
        String summary,
        boolean nesting,
        boolean recording,
        boolean freezing,
        Map<String, String> typed,
        String fault,
        Map<String, String> faults) {

    /** @param usual what holds where nothing is typed; empty where something must be */
    record Field(String key, String label, String meaning, String typed, String usual, String fault) {}

    static PlanForm of(Plan plan, boolean copy) {
        return new PlanForm(
                copy ? null : plan.name,
                copy ? "" : plan.name,
                plan.summary,
                plan.profile == TenantSpec.Profile.NESTING,
                plan.recording,
                plan.onFailedAudit == Plan.OnFailedAudit.FREEZE,
                words(plan.limits.named()),
                null,
                Map.of());
    }

    static PlanForm empty() {
        return new PlanForm(null, "", "", false, false, false, Map.of(), null, Map.of());
    }

    PlanForm refused(Refusal refusal) {
        return refusal.field() == null
                ? new PlanForm(old, name, summary, nesting, recording, freezing, typed, refusal.sentence(), Map.of())
                : new PlanForm(
                        old,
                        name,
                        summary,
                        nesting,
                        recording,
                        freezing,
                        typed,
                        null,
                        Map.of(refusal.field(), refusal.sentence()));
    }

    /**
     * As the API has it.
     *
     * @throws Refusal something that should be a number is none
     */
    Plans.PlanView wish() {
        Map<String, Long> limits = new LinkedHashMap<>();
        for (Limit limit : Limit.values()) {
            String text = typed.getOrDefault(limit.key(), "").strip();
            if (text.isEmpty()) {
                // What a plan must name is missing then, and Limits says so; the others are set back to what is usual.
                limit.usual().ifPresent(usual -> limits.put(limit.key(), usual));
                if (limit.usual().isEmpty())
                    throw Refusal.invalid(limit.key(), limit.key() + " is missing; it has no usual value.");
            } else limits.put(limit.key(), Quantity.read(limit, text));
        }
        return new Plans.PlanView(
                name, summary, nesting ? "nesting" : "strict", recording, freezing ? "freeze" : "report", limits);
    }

    public String fault(String field) {
        return faults.get(field);
    }

    public List<Heading.Group<Field>> limits() {
        return Heading.group(limit -> new Field(
                limit.key(),
                LimitWords.label(limit),
                LimitWords.meaning(limit),
                typed.getOrDefault(limit.key(), ""),
                limit.usual().map(usual -> LimitWords.value(limit, usual)).orElse(""),
                faults.get(limit.key())));
    }

    private static Map<String, String> words(Map<String, Long> named) {
        Map<String, String> words = new LinkedHashMap<>();
        for (Limit limit : Limit.values()) words.put(limit.key(), Quantity.write(limit, named.get(limit.key())));
        return words;
    }
}
