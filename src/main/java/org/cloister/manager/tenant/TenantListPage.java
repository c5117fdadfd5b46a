package org.cloister.manager.tenant;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.page.Gauge;
import org.cloister.manager.page.Sign;
import org.cloister.manager.usage.Chart;

/**
 * All tenants, and the machine they live on.
 *
 * @param pause until the page asks again, as htmx reads it
 * @param missing what the machine lacks, one sentence each
 * @param audit null before the first
 */
record TenantListPage(String pause, List<String> missing, List<Row> rows, List<Gauge> figures, LastAudit audit) {

    /** @param spark CPU over the last hour; null before the first samples */
    record Row(String name, Sign sign, String failure, String plan, Chart spark, List<Gauge> gauges, String command) {

        public String commandId() {
            return "ssh-" + name;
        }
    }

    record LastAudit(UUID id, Sign sign, String sentence, Instant at) {}
}
