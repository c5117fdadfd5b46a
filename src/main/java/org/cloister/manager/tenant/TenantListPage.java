package org.cloister.manager.tenant;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.cloister.manager.page.Gauge;
import org.cloister.manager.page.Sign;
import org.cloister.manager.page.Words;
import org.cloister.manager.usage.Chart;

/**
 * A page of the list of tenants, and the machine they live on.
 *
 * @param missing what the machine lacks, one sentence each
 * @param all how many tenants there are
 * @param found how many of them the query asks for
 * @param audit null before the first
 * @param picks whether rows can be ticked
 */
record TenantListPage(
        TenantQuery query,
        List<String> missing,
        int all,
        int found,
        int pages,
        List<Count> tally,
        List<String> plans,
        List<Row> rows,
        List<Figure> figures,
        LastAuditLine audit,
        boolean picks) {

    /**
     * @param stands whether it runs or is frozen
     * @param spark CPU over the last hour; null before the first samples
     * @param network what crossed its link over the last hour, both ways; likewise
     * @param hits how often any of its limits acted
     * @param hitWords which ones
     */
    record Row(
            UUID id,
            String name,
            boolean stands,
            Sign sign,
            String failure,
            String plan,
            Chart spark,
            Chart network,
            List<Gauge> gauges,
            long hits,
            String hitWords,
            String command,
            boolean picks) {

        public String commandId() {
            return "ssh-" + name;
        }

        public String hitTimes() {
            return Words.plural(hits, "time");
        }
    }

    /** @param chosen whether the list shows these alone */
    record Count(Sign sign, String count, String url, boolean chosen) {}

    record Figure(Gauge gauge, Promised promised) {}

    /** @param sorted "ascending" or "descending" where the list is in its order; else null, as ARIA has it */
    record Column(String label, String url, String sorted) {}

    public List<Column> columns() {
        return List.of(
                column("Tenant", TenantQuery.Order.NAME, true),
                column("State", TenantQuery.Order.STATE, true),
                column("Plan", TenantQuery.Order.PLAN, true),
                column("CPU", TenantQuery.Order.CPU, false),
                column("Network", TenantQuery.Order.NETWORK, false),
                column("Memory", TenantQuery.Order.MEMORY, false),
                column("Processes", TenantQuery.Order.PROCESSES, false),
                column("Disk", TenantQuery.Order.DISK, false),
                column("Limits hit", TenantQuery.Order.HITS, false));
    }

    private Column column(String label, TenantQuery.Order order, boolean rises) {
        String sorted = query.order() != order ? null : rises != query.reversed() ? "ascending" : "descending";
        return new Column(label, "/" + query.by(order).address(), sorted);
    }

    /** Tells one set of rows from another: the same rows in the same order, of as many, have the same. */
    public String set() {
        int hash = Objects.hash(
                found, pages, Arrays.hashCode(rows.stream().map(Row::id).toArray()));
        return Integer.toHexString(hash);
    }

    public String stream() {
        return "/live/tenants" + query.address();
    }

    public String address() {
        return query.address();
    }

    public String foundWords() {
        return found == all ? Words.plural(all, "tenant") : Words.count(found) + " of " + Words.plural(all, "tenant");
    }

    /** "51–100 of 312". */
    public String range() {
        int from = (query.page() - 1) * TenantQuery.ROWS;
        return Words.count(Math.min(found, from + 1)) + "–" + Words.count(from + rows.size()) + " of "
                + Words.count(found);
    }

    public String before() {
        return query.page() == 1 ? null : "/" + query.onPage(query.page() - 1).address();
    }

    public String after() {
        return query.page() == pages
                ? null
                : "/" + query.onPage(query.page() + 1).address();
    }

    public List<String> states() {
        return TenantQuery.STATES;
    }
}
