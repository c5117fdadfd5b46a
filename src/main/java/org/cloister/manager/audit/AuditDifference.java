package org.cloister.manager.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What is otherwise than in the report before. Times, pids and hashes differ always and say nothing.
 *
 * @param before the id of the report before
 * @param changes one sentence each, the worst first; empty where nothing changed
 */
record AuditDifference(UUID before, List<String> changes) {

    /** More are counted, not told. */
    private static final int TOLD = 30;

    static AuditDifference of(UUID id, JsonNode before, JsonNode now) {
        List<String> changes = new ArrayList<>();
        Map<String, String> attemptsBefore = attempts(before);
        Map<String, String> tenantsBefore = verdicts(before.path("tenants"), "name", "profile");
        Map<String, String> tenantsNow = verdicts(now.path("tenants"), "name", "profile");
        changed(attemptsBefore, attempts(now), changes);
        changed(
                verdicts(before.path("facts"), "name", "verdict"),
                verdicts(now.path("facts"), "name", "verdict"),
                changes);
        tenantsNow.forEach((name, profile) -> {
            String was = tenantsBefore.get(name);
            if (was == null) changes.add(name + " is new.");
            else if (!was.equals(profile)) changes.add(name + " has the profile " + profile + "; it had " + was + ".");
        });
        tenantsBefore.keySet().stream()
                .filter(name -> !tenantsNow.containsKey(name))
                .forEach(name -> changes.add(name + " was not audited this time."));
        kernel(before, now, changes);
        if (changes.size() > TOLD) {
            int more = changes.size() - TOLD;
            changes.subList(TOLD, changes.size()).clear();
            changes.add("And " + more + " more.");
        }
        return new AuditDifference(id, List.copyOf(changes));
    }

    /** What failed now stands first, then what fails no more, then the rest. What is in one report alone is no change. */
    private static void changed(Map<String, String> before, Map<String, String> now, List<String> changes) {
        List<String> worse = new ArrayList<>();
        List<String> better = new ArrayList<>();
        now.forEach((what, verdict) -> {
            String was = before.get(what);
            if (was == null || was.equals(verdict)) return;
            (verdict.equals("failed") ? worse : better).add(what + ": " + verdict + "; it was " + was + " before.");
        });
        changes.addAll(worse);
        changes.addAll(better);
    }

    private static Map<String, String> attempts(JsonNode report) {
        Map<String, String> attempts = new LinkedHashMap<>();
        for (JsonNode cell : report.path("cells"))
            for (JsonNode attempt : cell.path("attempts"))
                attempts.put(
                        cell.path("attacker").asText() + " at "
                                + cell.path("victim").asText() + ", "
                                + attempt.path("vector").asText(),
                        attempt.path("verdict").asText());
        return attempts;
    }

    private static Map<String, String> verdicts(JsonNode list, String name, String value) {
        Map<String, String> verdicts = new LinkedHashMap<>();
        for (JsonNode each : list)
            verdicts.put(each.path(name).asText(), each.path(value).asText());
        return verdicts;
    }

    private static void kernel(JsonNode before, JsonNode now, List<String> changes) {
        for (String field : List.of("kernel", "bootId")) {
            String was = before.path("host").path(field).asText();
            String is = now.path("host").path(field).asText();
            if (was.equals(is)) continue;
            changes.add(
                    field.equals("kernel")
                            ? "The kernel is " + is + "; it was " + was + "."
                            : "The machine was started anew.");
        }
    }
}
