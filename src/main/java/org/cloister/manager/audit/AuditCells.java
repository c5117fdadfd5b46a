package org.cloister.manager.audit;

import static org.cloister.manager.audit.AuditReading.orDash;
import static org.cloister.manager.audit.AuditReading.text;
import static org.cloister.manager.page.Words.count;
import static org.cloister.manager.page.Words.plural;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.cloister.manager.page.Sign;

/** Reads the cells of a report. What a report of before does not say is left out. */
final class AuditCells {

    private static final List<String> WORST_FIRST = List.of("failed", "void", "passed", "not-applicable");
    private static final Map<String, String> GROUPS = Map.of(
            "processes", "Processes",
            "files", "Files and mounts",
            "ipc", "What processes share",
            "network", "Network",
            "kernel", "Kernel");

    private final Map<String, JsonNode> vectors = new LinkedHashMap<>();

    /** Of the report; up to cloister-audit/1 they stood in each attempt. */
    private final JsonNode controls;

    /** @param report all of it but the cells */
    AuditCells(JsonNode report) {
        for (JsonNode vector : report.path("vectors")) vectors.put(text(vector, "name"), vector);
        controls = report.path("controls");
    }

    /**
     * One cell of a report.
     *
     * @return null where the report has no such cell
     * @throws IllegalArgumentException the document is not JSON
     */
    static AuditCell find(byte[] bytes, String attacker, String victim) {
        AuditDocument document = new AuditDocument(bytes);
        List<AuditCell> found = new ArrayList<>();
        try {
            AuditCells reader = new AuditCells(document.outline());
            document.cells(cell -> {
                if (text(cell, "attacker").equals(attacker)
                        && text(cell, "victim").equals(victim)) found.add(reader.cell(cell));
                return found.isEmpty();
            });
        } catch (IOException e) {
            throw new IllegalArgumentException("the report is not JSON", e);
        }
        return found.isEmpty() ? null : found.getFirst();
    }

    /** The catalogue, in its order. */
    Collection<JsonNode> vectors() {
        return vectors.values();
    }

    AuditCell cell(JsonNode cell) {
        String attacker = text(cell, "attacker");
        String victim = text(cell, "victim");
        List<AuditCell.Attempt> attempts = new ArrayList<>();
        for (JsonNode attempt : cell.path("attempts")) attempts.add(attempt(attempt, victim));
        attempts.sort(Comparator.comparingInt(attempt -> WORST_FIRST.indexOf(attempt.verdict())));
        String verdict = known(text(cell, "verdict"));
        return new AuditCell(
                attacker,
                victim,
                verdict,
                switch (verdict) {
                    case "passed" -> new Sign("All stopped", "check", "fine");
                    case "not-applicable" -> new Sign("Not applicable", "later", "quiet");
                    default -> sign(verdict);
                },
                sentence(verdict, attacker, victim.equals(AuditReading.HOST) ? "the host" : victim, attempts),
                attempts,
                attempts.stream().filter(AuditCells::isNotable).toList(),
                groups(attempts));
    }

    private static String sentence(String verdict, String attacker, String whom, List<AuditCell.Attempt> attempts) {
        long inapplicable = attempts.stream()
                .filter(attempt -> attempt.verdict().equals("not-applicable"))
                .count();
        String rest = inapplicable == 0
                ? ""
                : " " + count(inapplicable) + (inapplicable == 1 ? " more is" : " more are") + " not applicable.";
        return switch (verdict) {
            case "passed" ->
                attacker + ", as root in its own cell, tried " + plural(attempts.size() - inapplicable, "time")
                        + " to reach " + whom + " and was stopped each time." + rest;
            case "failed" -> attacker + " got through to " + whom + ". What failed stands first.";
            case "not-applicable" -> "Nothing that was to be tried exists here.";
            default -> "A control failed, so these denials prove nothing about " + attacker + " and " + whom + ".";
        };
    }

    private static boolean isNotable(AuditCell.Attempt attempt) {
        return attempt.verdict().equals("failed") || attempt.verdict().equals("void");
    }

    /** In the order of the catalogue. */
    private List<AuditCell.Group> groups(List<AuditCell.Attempt> attempts) {
        Map<String, List<AuditCell.Attempt>> groups = new LinkedHashMap<>();
        for (JsonNode vector : vectors.values()) groups.put(text(vector, "group"), new ArrayList<>());
        for (AuditCell.Attempt attempt : attempts)
            if (!isNotable(attempt))
                groups.computeIfAbsent(attempt.group(), group -> new ArrayList<>())
                        .add(attempt);
        return groups.entrySet().stream()
                .filter(group -> !group.getValue().isEmpty())
                .map(group -> new AuditCell.Group(name(group.getKey()), summary(group.getValue()), group.getValue()))
                .toList();
    }

    /** Of a group of vectors, for people. */
    static String name(String group) {
        return GROUPS.getOrDefault(group, "Attempts");
    }

    private static String summary(List<AuditCell.Attempt> attempts) {
        long stopped = attempts.stream()
                .filter(attempt -> attempt.verdict().equals("passed"))
                .count();
        long rest = attempts.size() - stopped;
        return count(stopped) + " stopped" + (rest == 0 ? "" : ", " + count(rest) + " not applicable");
    }

    private AuditCell.Attempt attempt(JsonNode attempt, String victim) {
        String name = text(attempt, "vector");
        JsonNode vector = vectors.getOrDefault(name, MissingNode.getInstance());
        JsonNode canary = controls.path("owners").path(victim);
        JsonNode owner = either(attempt.path("owner"), canary.path("attempts").path(name));
        JsonNode broken = either(
                attempt.path("broken"), controls.path("broken").path("attempts").path(name));
        String verdict = known(text(attempt, "verdict"));
        return new AuditCell.Attempt(
                name,
                text(vector, "group"),
                verdict,
                sign(verdict),
                text(vector, "tries"),
                text(attempt, "target") + (owner.isMissingNode() ? "" : text(canary, "path")),
                orDash(text(attempt, "outcome")),
                text(attempt, "detail"),
                attempt.path("micros").isNumber() ? count(attempt.path("micros").asLong()) + " µs" : "",
                verdict.equals("passed") ? "Stopped by" : "Should be stopped by",
                text(vector, "stoppedBy"),
                text(owner, "outcome"),
                text(owner, "detail"),
                text(broken, "outcome"),
                text(broken, "detail"),
                text(vector, "brokenIn"),
                controls(vector));
    }

    private static JsonNode either(JsonNode one, JsonNode other) {
        return one.isMissingNode() ? other : one;
    }

    static String controls(JsonNode vector) {
        return AuditReading.stream(vector.path("controls"))
                .map(JsonNode::asText)
                .collect(Collectors.joining(" · "));
    }

    private static Sign sign(String verdict) {
        return switch (verdict) {
            case "passed" -> new Sign("Stopped", "check", "fine");
            case "failed" -> Sign.danger("Got through");
            case "not-applicable" -> new Sign("Not applicable", "later", "quiet");
            default -> new Sign("Void", "void", "attention");
        };
    }

    /** A verdict that is not known is no proof. */
    private static String known(String verdict) {
        return WORST_FIRST.contains(verdict) ? verdict : "void";
    }
}
