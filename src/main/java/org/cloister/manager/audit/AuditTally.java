package org.cloister.manager.audit;

import java.util.Map;
import org.cloister.manager.page.Sign;

/**
 * What became of one attacker's attempts at one victim, without the attempts.
 *
 * @param verdict of the cell: passed, failed, void or not-applicable
 * @param counts by verdict: how many attempts
 */
record AuditTally(String attacker, String victim, String verdict, Sign sign, Map<String, Long> counts) {

    static AuditTally of(AuditCell cell) {
        return new AuditTally(cell.attacker(), cell.victim(), cell.verdict(), cell.sign(), cell.counts());
    }

    long count(String verdict) {
        return counts.getOrDefault(verdict, 0L);
    }

    /** Attempts that could be made at all. */
    long tried() {
        return counts.values().stream().mapToLong(Long::longValue).sum() - count("not-applicable");
    }
}
