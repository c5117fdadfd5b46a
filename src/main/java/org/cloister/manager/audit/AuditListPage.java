package org.cloister.manager.audit;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.page.Sign;

/**
 * All audits.
 *
 * @param running the operation of the audit that runs now; null if none does
 * @param hindrance why none can be run now; null if one can
 * @param fault why the one that was just asked for was refused; else null
 */
record AuditListPage(UUID running, String hindrance, String fault, List<Row> rows) {

    /** @param covers what it was of, in words */
    record Row(
            UUID id,
            Sign sign,
            String covers,
            Instant startedAt,
            String took,
            String passed,
            String failed,
            String voided,
            String inapplicable) {}
}
