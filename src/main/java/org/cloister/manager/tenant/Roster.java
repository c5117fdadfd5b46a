package org.cloister.manager.tenant;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.ToLongFunction;
import org.cloister.manager.audit.AuditReport;
import org.cloister.manager.page.Frame;
import org.cloister.manager.page.Gauge;
import org.cloister.manager.page.Sign;
import org.cloister.manager.page.SshDoor;
import org.cloister.manager.page.Words;
import org.cloister.manager.plan.Plan;
import org.cloister.manager.usage.Charts;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;
import org.cloister.protocol.Reply;

/**
 * The tenants as a list: found, ordered and cut into pages. One query, and what was seen of them a moment ago: the agent is
 * asked for those alone that somebody looks at.
 */
@ApplicationScoped
class Roster {

    /** For a first look at tenants of which nothing is known yet: the page does not wait longer for it. */
    private static final long PATIENCE_NANOS = 40_000_000L;

    private static final long FRESH_NANOS = 1_500_000_000L;

    @Inject
    Frame frame;

    @Inject
    SshDoor ssh;

    @Inject
    Charts charts;

    @Inject
    Looks looks;

    /** What the list needs of a tenant's row. */
    record Tenancy(
            UUID id,
            String name,
            Tenant.State state,
            String failure,
            String plan,
            Limits limits,
            String address4,
            String address6) {

        boolean stands() {
            return state == Tenant.State.RUNNING || state == Tenant.State.FROZEN;
        }
    }

    /** @param look null where there is none @param minute the last one */
    record Line(Tenancy tenant, Measured look, Charts.Minute minute) {

        double cpu() {
            return minute.cpu();
        }

        double network() {
            return minute.network();
        }

        double memory() {
            return used(Limit.MEMORY);
        }

        double processes() {
            return used(Limit.PROCESSES);
        }

        double disk() {
            return used(Limit.DISK);
        }

        double hits() {
            return look == null ? 0 : look.hits();
        }

        private double used(Limit limit) {
            return look == null ? -1 : look.used(limit);
        }
    }

    /** Every tenant that a query asks for, in its order. */
    List<Line> matching(TenantQuery query) {
        return lines().stream()
                .filter(query::matches)
                .sorted(query.comparator())
                .toList();
    }

    /** Who looks. @param picks whether rows can be ticked @param host by which the manager is reached */
    record Viewer(boolean picks, String host) {}

    TenantListPage page(TenantQuery query, Viewer viewer) {
        List<Line> all = lines();
        List<Line> found =
                all.stream().filter(query::matches).sorted(query.comparator()).toList();
        int pages = Math.max(1, (found.size() + TenantQuery.ROWS - 1) / TenantQuery.ROWS);
        TenantQuery shown = query.page() > pages ? query.onPage(pages) : query;
        int from = (shown.page() - 1) * TenantQuery.ROWS;
        List<Tenancy> visible = found.subList(from, Math.min(found.size(), from + TenantQuery.ROWS)).stream()
                .map(Line::tenant)
                .toList();
        long begun = System.nanoTime();
        for (Tenancy tenant : visible)
            if (tenant.stands() && System.nanoTime() - begun < PATIENCE_NANOS)
                looks.refresh(tenant.id(), Long.MAX_VALUE);
        return new TenantListPage(
                shown,
                frame.host().map(Reply.Host::missing).orElse(List.of()),
                all.size(),
                found.size(),
                pages,
                tally(all, shown),
                plans(),
                visible.stream().map(tenant -> row(tenant, viewer)).toList(),
                frame.host().map(host -> figures(host, all)).orElse(List.of()),
                AuditReport.latest().map(LastAuditLine::of).orElse(null),
                viewer.picks());
    }

    /** Looks again at the tenants of these rows. */
    void refresh(TenantListPage page) {
        for (TenantListPage.Row row : page.rows()) if (row.stands()) looks.refresh(row.id(), FRESH_NANOS);
    }

    private List<Line> lines() {
        return QuarkusTransaction.joiningExisting()
                .call(() -> Tenant.find("order by name").project(Tenancy.class).list())
                .stream()
                .map(tenant -> tenant.stands()
                        ? new Line(tenant, looks.last(tenant.id()), charts.lastMinute(tenant.id()))
                        : new Line(tenant, null, Charts.Minute.UNKNOWN))
                .toList();
    }

    private TenantListPage.Row row(Tenancy tenant, Viewer viewer) {
        Measured look = tenant.stands() ? looks.last(tenant.id()) : null;
        return new TenantListPage.Row(
                tenant.id(),
                tenant.name(),
                tenant.stands(),
                TenantViews.sign(tenant.state()),
                tenant.failure(),
                tenant.plan(),
                tenant.stands() ? charts.small(tenant.id(), tenant.limits()) : null,
                tenant.stands() ? charts.network(tenant.id(), tenant.limits()) : null,
                Meters.three(tenant.limits(), look),
                look == null ? 0 : look.hits(),
                look == null ? "" : look.hitWords(),
                ssh.command(tenant.name(), viewer.host()),
                viewer.picks());
    }

    /** How many are in each state, those in none left out; each leads to them. */
    private static List<TenantListPage.Count> tally(List<Line> all, TenantQuery query) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (String state : TenantQuery.STATES) counts.put(state, 0);
        for (Line line : all) counts.merge(TenantQuery.stateOf(line.tenant().state()), 1, Integer::sum);
        List<TenantListPage.Count> tally = new ArrayList<>();
        counts.forEach((state, count) -> {
            if (count > 0 || state.equals(query.state()))
                tally.add(new TenantListPage.Count(
                        sign(state),
                        Words.count(count),
                        "/"
                                + query.inState(state.equals(query.state()) ? "" : state)
                                        .address(),
                        state.equals(query.state())));
        });
        return tally;
    }

    private static Sign sign(String state) {
        return state.equals("changing")
                ? Sign.changing("changing")
                : TenantViews.sign(Tenant.State.valueOf(state.toUpperCase(Locale.ROOT)));
    }

    private static List<String> plans() {
        return QuarkusTransaction.joiningExisting()
                .call(() -> Plan.all().stream().map(plan -> plan.name).toList());
    }

    /** What the machine has, what is used of it, and how much of it the tenants were promised. */
    private static List<TenantListPage.Figure> figures(Reply.Host host, List<Line> all) {
        long tenantsCpu = Math.round(
                all.stream().mapToDouble(Line::cpu).filter(cpu -> cpu > 0).sum());
        return List.of(
                new TenantListPage.Figure(
                        Gauge.of(
                                "CPU of tenants",
                                Words.cores(tenantsCpu).replaceAll(" cores?$", ""),
                                Words.cores(host.cores() * 100L),
                                Gauge.share(tenantsCpu, host.cores() * 100L),
                                ""),
                        Promised.of(
                                Words.cores(promised(all, Limit.CPU)), promised(all, Limit.CPU), host.cores() * 100L)),
                new TenantListPage.Figure(
                        Gauge.ofBytes(
                                "Memory", host.memoryBytes() - host.memoryAvailableBytes(), host.memoryBytes(), ""),
                        promised(all, Limit.MEMORY, host.memoryBytes())),
                new TenantListPage.Figure(
                        Gauge.ofBytes("Pool", host.poolBytes() - host.poolFreeBytes(), host.poolBytes(), ""),
                        promised(all, Limit.DISK, host.poolBytes())));
    }

    private static Promised promised(List<Line> all, Limit limit, long there) {
        long promised = promised(all, limit);
        return Promised.of(Words.bytes(promised), promised, there);
    }

    private static long promised(List<Line> all, Limit limit) {
        ToLongFunction<Line> of = line -> line.tenant().limits().of(limit);
        return all.stream().mapToLong(of).sum();
    }
}
