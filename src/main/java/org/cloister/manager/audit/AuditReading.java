package org.cloister.manager.audit;

import static org.cloister.manager.page.Words.count;
import static org.cloister.manager.page.Words.plural;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.cloister.manager.page.Fact;
import org.cloister.manager.page.Sign;
import org.cloister.manager.page.Words;

/**
 * Reads a report of the agent (schema cloister-audit/2, and /1 as it was before) for people. A pure function of the document: fields that it does
 * not know are left alone, fields that are missing are shown as missing and never as passed.
 */
final class AuditReading {

    static final String HOST = "host";

    /** Cells whose evidence stands in the report as a whole, where something did not pass; the file has all. */
    private static final int EVIDENCE = 100;

    /** Names that are told one by one. */
    private static final int NAMES = 24;

    private final UUID id;
    private final JsonNode report;
    private final List<AuditTally> cells = new ArrayList<>();
    private final AuditVectors tallies;
    private final List<AuditCell> notable = new ArrayList<>();
    private long notables;

    /** Attempts whose owner's own access is known, and those of them where it succeeded. */
    private long owned;

    private long held;

    /** @throws IllegalArgumentException the document is not JSON */
    AuditReading(UUID id, byte[] bytes) {
        this.id = id;
        AuditDocument document = new AuditDocument(bytes);
        try {
            report = document.outline();
            AuditCells reader = new AuditCells(report);
            tallies = new AuditVectors(reader.vectors());
            document.cells(cell -> {
                note(reader.cell(cell));
                return true;
            });
        } catch (IOException e) {
            throw new IllegalArgumentException("report " + id + " is not JSON", e);
        }
    }

    private void note(AuditCell cell) {
        cells.add(AuditTally.of(cell));
        tallies.add(cell);
        for (AuditCell.Attempt attempt : cell.attempts()) {
            if (attempt.owner().isEmpty() || attempt.verdict().equals("not-applicable")) continue;
            owned++;
            if (attempt.owner().equals("succeeded")) held++;
        }
        if (cell.notable().isEmpty()) return;
        if (notables++ < EVIDENCE) notable.add(cell);
    }

    /** With every attacker. */
    AuditPage page() {
        return page("", Integer.MAX_VALUE);
    }

    /**
     * @param tenant whose cells alone are listed; empty for everybody's
     * @param most attackers that are listed
     */
    AuditPage page(String tenant, int most) {
        AuditRows rows = new AuditRows(id, List.copyOf(attackers()), victims(), cells, tenant, most);
        String verdict = text(report, "verdict");
        return new AuditPage(
                id,
                overall(verdict),
                sentence(verdict),
                more(),
                weaker(),
                instant(text(report, "startedAt")),
                rows.columns(),
                rows.rows(),
                rows.shown(),
                tenant,
                tallies.groups(),
                plural(report.path("vectors").size(), "vector") + ", " + plural(total(), "attempt"),
                outside(),
                findings(),
                controls(),
                facts(),
                text(report, "claims"),
                text(report, "notClaimed"),
                List.copyOf(notable),
                notables > notable.size()
                        ? "The evidence of " + plural(notables - notable.size(), "more cell") + " is in the file."
                        : "",
                text(report, "sequence"),
                text(report, "signer"),
                text(report, "previous"));
    }

    /** How a verdict of a whole report is shown. */
    static Sign overall(String verdict) {
        return switch (verdict) {
            case "passed" -> new Sign("Passed", "shield", "fine");
            case "failed" -> new Sign("Failed", "failed", "danger");
            default -> new Sign("Void", "void", "attention");
        };
    }

    /** The whole report in one sentence. */
    private String sentence(String verdict) {
        long failed = summary("failed");
        long voided = summary("void");
        int findings = report.path("findings").size();
        if (verdict.equals("failed")) {
            if (failed == 0)
                return "No attempt got through, but " + plural(findings, "fact")
                        + (findings == 1 ? " is not as it must be." : " are not as they must be.");
            String who = cells.stream()
                    .filter(cell -> cell.count("failed") > 0)
                    .map(cell -> cell.attacker() + " reached " + (isHost(cell.victim()) ? "the host" : cell.victim()))
                    .limit(3)
                    .collect(Collectors.joining(", "));
            return plural(failed, "attempt") + " of " + count(total()) + " got through"
                    + (who.isEmpty() ? "." : ": " + who + ".");
        }
        List<String> focus = AuditRun.focus(report);
        String nobody = focus.isEmpty() ? "No tenant" : "In the " + AuditRun.covers(focus) + " no tenant";
        String reached = nobody
                + (tenants() < 2 ? " reached the host in " : " reached another or the host in ")
                + plural(total(), "attempt");
        if (verdict.equals("passed"))
            return voided == 0
                    ? reached + "."
                    : reached + "; " + count(voided) + " of them prove nothing, see the hatched cells.";
        return "This run proves nothing: a control failed, so "
                + (voided == 0 ? "its denials" : plural(voided, "denial"))
                + " may mean only that nothing was there to be reached.";
    }

    private String more() {
        List<String> focus = AuditRun.focus(report);
        String tried = focus.isEmpty() ? "" : "Tried: " + AuditRun.covers(focus) + " alone; facts are of all. ";
        return tried + plural(tenants(), "tenant") + ", " + count(summary("passed")) + " stopped, "
                + count(summary("failed")) + " got through, " + count(summary("void")) + " void, "
                + (summary("not-applicable") == 0 ? "" : count(summary("not-applicable")) + " not applicable, ") + "in "
                + took(instant(text(report, "startedAt")), instant(text(report, "finishedAt"))) + "."
                + share();
    }

    /** Where there are too many pairs for one run. */
    private String share() {
        JsonNode scope = report.path("scope");
        if (!scope.path("places").isArray()) return "";
        return " Each tenant tried " + count(scope.path("places").size()) + " of "
                + count(scope.path("of").asLong()) + " others; the next run goes on from there.";
    }

    /** A profile that is not known is not taken for the strict one; reports of before there were profiles name none. */
    private String weaker() {
        List<String> names = stream(report.path("tenants"))
                .filter(tenant -> !text(tenant, "profile").isEmpty()
                        && !text(tenant, "profile").equals("strict"))
                .map(tenant -> text(tenant, "name"))
                .toList();
        if (names.isEmpty()) return "";
        int told = Math.min(names.size(), NAMES);
        return String.join(", ", names.subList(0, told))
                + (names.size() > told ? " and " + count(names.size() - told) + " more" : "")
                + (names.size() == 1 ? " was" : " were")
                + " allowed nesting: user namespaces of its own bring far more of the kernel within"
                + " reach than the strict profile does.";
    }

    /** Tenants in the order of the report, the host last. */
    private Set<String> victims() {
        Set<String> victims = new LinkedHashSet<>(attackers());
        cells.stream().map(AuditTally::victim).filter(victim -> !isHost(victim)).forEach(victims::add);
        victims.add(HOST);
        return victims;
    }

    private Set<String> attackers() {
        Set<String> attackers = new LinkedHashSet<>();
        for (JsonNode tenant : report.path("tenants")) attackers.add(text(tenant, "name"));
        cells.forEach(cell -> attackers.add(cell.attacker()));
        return attackers;
    }

    /** Reports of before these were listed one by one have none. */
    private List<AuditPage.Outside> outside() {
        return stream(report.path("facts"))
                .map(fact -> new AuditPage.Outside(
                        text(fact, "name"),
                        controlSign(text(fact, "verdict")),
                        text(fact, "says"),
                        count(fact.path("looked").asLong()),
                        text(fact, "fault")))
                .toList();
    }

    private List<AuditPage.Finding> findings() {
        return stream(report.path("findings"))
                .map(finding -> new AuditPage.Finding(
                        orDash(text(finding, "tenant")),
                        text(finding, "check"),
                        text(finding, "expected"),
                        text(finding, "found")))
                .toList();
    }

    /** The owner's control belongs to each attempt and is summed up here; the other two belong to the run. */
    private List<AuditPage.Control> controls() {
        List<AuditPage.Control> controls = new ArrayList<>();
        controls.add(new AuditPage.Control(
                "The owner’s own access",
                owned == 0 ? controlSign("") : controlSign(held == owned ? "passed" : "void"),
                count(held) + " of " + count(owned)
                        + " succeeded from inside the victim: what the attacker looked for was really there."));
        controls.add(control(
                "broken",
                "A sandbox broken on purpose",
                "The same attempts get through where a sandbox is known to be broken, so the probe can tell a break."));
        controls.add(control("host", "Seen from outside", "What was planted lived on, unharmed, before and after."));
        return controls;
    }

    private AuditPage.Control control(String field, String name, String meaning) {
        JsonNode control = report.path("controls").path(field);
        String detail = text(control, "detail");
        return new AuditPage.Control(name, controlSign(text(control, "verdict")), detail.isEmpty() ? meaning : detail);
    }

    private static Sign controlSign(String verdict) {
        return switch (verdict) {
            case "passed" -> new Sign("Held", "check", "fine");
            case "failed" -> Sign.danger("Failed");
            default -> new Sign("Void", "void", "attention");
        };
    }

    private List<Fact> facts() {
        JsonNode host = report.path("host");
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.text("Host", orDash(text(host, "hostname"))));
        facts.add(Fact.text("Kernel", orDash(text(host, "kernel"))));
        facts.add(Fact.code("Boot", orDash(text(host, "bootId"))));
        facts.add(Fact.text("Instance", orDash(text(report, "instance"))));
        facts.add(Fact.text("Tenants", names()));
        return facts;
    }

    /** More are listed where it says whom they tried to reach. */
    private String names() {
        Set<String> names = attackers();
        if (names.isEmpty()) return "none";
        return names.size() <= NAMES ? String.join(", ", names) : count(names.size());
    }

    private int tenants() {
        return attackers().size();
    }

    private long total() {
        return summary("passed") + summary("failed") + summary("void");
    }

    private long summary(String verdict) {
        return report.path("summary").path(verdict).asLong(0);
    }

    static boolean isHost(String victim) {
        return victim.equals(HOST);
    }

    static String took(Instant from, Instant to) {
        return from == null || to == null ? "an unknown time" : Words.took(Duration.between(from, to));
    }

    private static Instant instant(String text) {
        try {
            return text.isEmpty() ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    static String orDash(String text) {
        return text.isEmpty() ? "–" : text;
    }

    static String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isMissingNode() || value.isNull() ? "" : value.isTextual() ? value.textValue() : value.toString();
    }

    static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
