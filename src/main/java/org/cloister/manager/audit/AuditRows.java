package org.cloister.manager.audit;

import static org.cloister.manager.page.Words.count;
import static org.cloister.manager.page.Words.plural;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Who tried to reach whom: a square of attackers by victims while it fits on a screen, and else a list of attackers, each
 * with those that it tried.
 */
final class AuditRows {

    /** Tenants that a square has place for. */
    private static final int SIDE = 24;

    private static final List<String> WORST_FIRST = List.of("failed", "void", "not-applicable", "passed");

    private final UUID id;
    private final List<String> attackers;
    private final Collection<String> victims;
    private final String tenant;
    private final int most;
    private final Map<String, Map<String, AuditTally>> cells = new LinkedHashMap<>();
    private final boolean listed;

    /**
     * @param tenant whose cells alone are listed; empty for everybody's
     * @param most attackers that are listed
     */
    AuditRows(
            UUID id,
            List<String> attackers,
            Collection<String> victims,
            List<AuditTally> cells,
            String tenant,
            int most) {
        this.id = id;
        this.attackers = attackers;
        this.victims = victims;
        this.tenant = tenant;
        this.most = most;
        this.listed = attackers.size() > SIDE;
        for (AuditTally cell : cells)
            this.cells
                    .computeIfAbsent(cell.attacker(), attacker -> new LinkedHashMap<>())
                    .put(cell.victim(), cell);
    }

    /** Of the square; empty where attackers are listed. */
    List<String> columns() {
        return listed ? List.of() : victims.stream().map(AuditRows::word).toList();
    }

    List<AuditPage.Row> rows() {
        if (listed) return wanted().stream().limit(most).map(this::row).toList();
        return attackers.stream()
                .map(attacker -> new AuditPage.Row(
                        attacker,
                        victims.stream().map(victim -> square(attacker, victim)).toList()))
                .toList();
    }

    /** What of the list is shown, in words; empty for a square. */
    String shown() {
        if (!listed) return "";
        int all = wanted().size();
        String who = plural(all, "attacker") + (tenant.isEmpty() ? "" : " with a cell of " + tenant);
        return all <= most ? who + "." : count(most) + " of " + who + ", what did not pass first.";
    }

    private List<String> wanted() {
        return attackers.stream()
                .filter(attacker -> !own(attacker).isEmpty())
                .sorted(Comparator.comparingInt(attacker -> own(attacker).stream()
                        .mapToInt(cell -> WORST_FIRST.indexOf(cell.verdict()))
                        .min()
                        .orElse(0)))
                .toList();
    }

    private List<AuditTally> own(String attacker) {
        return cells.getOrDefault(attacker, Map.of()).values().stream()
                .filter(cell -> tenant.isEmpty()
                        || cell.attacker().equals(tenant)
                        || cell.victim().equals(tenant))
                .toList();
    }

    private AuditPage.Row row(String attacker) {
        List<AuditPage.Square> squares = new ArrayList<>();
        for (AuditTally cell : own(attacker)) squares.add(square(attacker, cell.victim()));
        return new AuditPage.Row(attacker, squares);
    }

    private static String word(String victim) {
        return AuditReading.isHost(victim) ? "the host" : victim;
    }

    private AuditPage.Square square(String attacker, String victim) {
        if (attacker.equals(victim)) return new AuditPage.Square("", word(victim), "", "", "", "itself", "", "", null);
        AuditTally cell = cells.getOrDefault(attacker, Map.of()).get(victim);
        if (cell == null) return new AuditPage.Square("", word(victim), "", "", "", "not tried", "", "", null);
        boolean counted = !cell.verdict().equals("not-applicable");
        String count = counted ? cell.count(cell.verdict()) + " of " + cell.tried() : "none";
        String word = switch (cell.verdict()) {
            case "failed" -> "got through";
            case "passed" -> "stopped";
            case "void" -> "void";
            default -> "applicable";
        };
        long inapplicable = cell.count("not-applicable");
        String more = !counted || inapplicable == 0 ? "" : inapplicable + " not applicable";
        return new AuditPage.Square(
                attacker + "-at-" + victim,
                word(victim),
                cell.verdict(),
                cell.sign().icon(),
                count,
                word,
                more,
                attacker + " at " + word(victim) + ": " + count + " " + word + (more.isEmpty() ? "" : ", " + more)
                        + ". Open the evidence.",
                "/audits/" + id + "/" + attacker + "/" + victim);
    }
}
