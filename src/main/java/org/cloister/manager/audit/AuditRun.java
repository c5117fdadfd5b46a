package org.cloister.manager.audit;

import static org.cloister.manager.audit.AuditReading.stream;
import static org.cloister.manager.audit.AuditReading.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * What a report says to what comes after it: what it tried, and what stands red since. A pure function of the document.
 *
 * @param focus the names of those whose row and column alone were tried; empty where it was everybody's
 * @param covered the tenants that need no audit any more for having changed before it began, also where there are so many
 *     that a run tries a share of their pairs
 * @param tried every pair that has a cell, every tenant whose facts were read, and the machine where everybody was tried
 * @param red those of them that are not as they must be
 */
record AuditRun(UUID report, String verdict, List<String> focus, Set<UUID> covered, Set<Pair> tried, Set<Pair> red) {

    /** The machine, among tenants' ids. */
    static final UUID MACHINE = new UUID(0, 0);

    /** Who reached whom; both the same where what is known is a fact of one. */
    record Pair(UUID tenant, UUID victim) {

        static Pair of(UUID one) {
            return new Pair(one, one);
        }
    }

    static AuditRun of(JsonNode report) {
        Map<String, UUID> ids = new HashMap<>();
        for (JsonNode tenant : report.path("tenants")) ids.put(text(tenant, "name"), id(tenant));
        Set<Pair> tried = new HashSet<>();
        Set<Pair> red = new HashSet<>();
        for (UUID tenant : ids.values()) tried.add(Pair.of(tenant));
        boolean whole = isWhole(report);
        if (whole) tried.add(Pair.of(MACHINE));
        for (JsonNode cell : report.path("cells")) {
            Pair pair = new Pair(named(ids, text(cell, "attacker")), named(ids, text(cell, "victim")));
            tried.add(pair);
            if (text(cell, "verdict").equals("failed")) red.add(pair);
        }
        for (JsonNode finding : report.path("findings")) red.add(Pair.of(named(ids, text(finding, "tenant"))));
        String verdict = text(report, "verdict");
        // A canary that was harmed, or what a later agent says: nobody is named, so it is the machine's.
        if (verdict.equals("failed") && red.isEmpty()) red.add(Pair.of(MACHINE));
        List<String> focus = focus(report);
        Set<UUID> covered = new HashSet<>(whole ? ids.values() : List.of());
        focus.forEach(name -> covered.add(named(ids, name)));
        return new AuditRun(id(report), verdict, focus, Set.copyOf(covered), Set.copyOf(tried), Set.copyOf(red));
    }

    /** Reports of before some were of some tenants alone say nothing of it. */
    private static boolean isWhole(JsonNode report) {
        return report.path("scope").isMissingNode()
                || text(report.path("scope"), "kind").equals("all");
    }

    /** The names in {@code scope}; one without a name where it is of a kind that is not known. */
    static List<String> focus(JsonNode report) {
        if (isWhole(report)) return List.of();
        List<String> names = stream(report.path("scope").path("tenants"))
                .map(JsonNode::asText)
                .toList();
        return names.isEmpty() ? List.of("?") : names;
    }

    /**
     * What stands red after this run, each with the report that says so. A run that passed takes away what it tried, and
     * nothing else: one of Bob's row and column leaves what Alice did. One that failed or proves nothing takes away nothing.
     */
    Map<Pair, UUID> after(Map<Pair, UUID> before) {
        Map<Pair, UUID> standing = new LinkedHashMap<>(before);
        if (verdict.equals("passed")) standing.keySet().removeAll(tried);
        for (Pair pair : red) standing.put(pair, report);
        return standing;
    }

    /** For people. @param focus as in {@link AuditRun} */
    static String covers(List<String> focus) {
        if (focus.isEmpty()) return "all tenants";
        int told = Math.min(focus.size(), 4);
        String names = focus.size() == 1
                ? focus.getFirst()
                : focus.size() <= told
                        ? String.join(", ", focus.subList(0, told - 1)) + " and " + focus.getLast()
                        : String.join(", ", focus.subList(0, told)) + " and " + (focus.size() - told) + " more";
        return (focus.size() == 1 ? "row and column of " : "rows and columns of ") + names;
    }

    private static UUID named(Map<String, UUID> ids, String name) {
        return ids.getOrDefault(name, MACHINE);
    }

    private static UUID id(JsonNode node) {
        return UUID.fromString(text(node, "id"));
    }
}
