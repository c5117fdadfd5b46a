package org.cloister.manager.tenant;

import static org.cloister.manager.page.Words.plural;

import java.time.Instant;
import java.util.UUID;
import org.cloister.manager.audit.AuditReport;
import org.cloister.manager.page.Sign;

/** The latest audit, in a line. */
record LastAuditLine(UUID id, Sign sign, String sentence, Instant at) {

    static LastAuditLine of(AuditReport report) {
        String sentence = switch (report.verdict) {
            case "passed" ->
                plural(report.passed, "attempt") + ", all stopped"
                        + (report.voided == 0 ? "" : "; " + report.voided + " void");
            case "failed" ->
                report.failed == 0
                        ? "Facts are not as they must be"
                        : plural(report.failed, "attempt") + " got through";
            default -> "A control failed";
        };
        Sign sign = switch (report.verdict) {
            case "passed" -> new Sign("Passed", "shield", "fine");
            case "failed" -> Sign.danger("Failed");
            default -> new Sign("Void", "void", "attention");
        };
        return new LastAuditLine(report.id, sign, sentence, report.finishedAt);
    }
}
