package org.cloister.manager.audit;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.cloister.manager.page.Sign;

/**
 * One attacker against one victim: every attempt with its controls.
 *
 * @param notable what got through and what proves nothing, the worst first
 * @param groups the rest, by what was attacked
 */
record AuditCell(
        String attacker,
        String victim,
        String verdict,
        Sign sign,
        String sentence,
        List<Attempt> attempts,
        List<Attempt> notable,
        List<Group> groups) {

    /** @param summary how many of them were stopped, in words */
    record Group(String name, String summary, List<Attempt> attempts) {}

    /**
     * @param outcome what the kernel answered: the name of an errno, or "succeeded"
     * @param owner what the same access gave inside the victim; empty where there is no such control
     * @param broken what it gave in the sandbox that is broken on purpose; empty where there is no such control
     * @param brokenIn that sandbox, in words; empty in reports that do not say
     * @param controls those of auditors' catalogues that the vector speaks to, in one line
     */
    record Attempt(
            String vector,
            String group,
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
            String brokenDetail,
            String brokenIn,
            String controls) {}

    /** How many attempts came to each verdict. */
    Map<String, Long> counts() {
        return attempts.stream().collect(Collectors.groupingBy(Attempt::verdict, Collectors.counting()));
    }
}
