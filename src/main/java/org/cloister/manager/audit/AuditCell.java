package org.cloister.manager.audit;

import java.util.List;
import org.cloister.manager.page.Sign;

/** One attacker against one victim: every attempt with its controls. */
record AuditCell(String attacker, String victim, String verdict, Sign sign, String sentence, List<Attempt> attempts) {

    /**
     * @param outcome what the kernel answered: the name of an errno, or "succeeded"
     * @param owner what the same access gave inside the victim; empty where there is no such control
     * @param broken what it gave in the sandbox that is broken on purpose; empty where there is no such control
     */
    record Attempt(
            String vector,
            String verdict,
            Sign sign,
            String tries,
            String target,
            String outcome,
            String detail,
            String took,
            String stoppedWord,
            String stoppedBy,
            String owner,
            String ownerDetail,
            String broken,
            String brokenDetail) {}

    long count(String verdict) {
        return attempts.stream()
                .filter(attempt -> attempt.verdict().equals(verdict))
                .count();
    }

    boolean isBetween(String one, String other) {
        return attacker.equals(one) && victim.equals(other);
    }
}
