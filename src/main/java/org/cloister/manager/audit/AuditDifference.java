package org.cloister.manager.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
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

    /**
     * @param before the report before, whose id is {@code id}
     * @throws IllegalArgumentException one of them is not JSON
     */
    static AuditDifference of(UUID id, byte[] before, byte[] now) {
        try {
            return of(id, new AuditDocument(before), new AuditDocument(now));
        } catch (IOException e) {
            throw new IllegalArgumentException("report " + id + " or the one after it is not JSON", e);
        }
    }

    private static AuditDifference of(UUID id, AuditDocument earlier, AuditDocument later) throws IOException {
        JsonNode before = earlier.outline();
        JsonNode now = later.outline();
        List<String> changes = new ArrayList<>();
        changed(earlier, later, changes);
        Map<String, String> tenantsBefore = verdicts(before.path("tenants"), "name", "profile");
        Map<String, String> tenantsNow = verdicts(now.path("tenants"), "name", "profile");
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
        now.forEach((what, verdict) -> change(what, before.get(what), verdict, worse, better));
        changes.addAll(worse);
        changes.addAll(better);
    }

    private static void change(String what, String was, String is, List<String> worse, List<String> better) {
        if (was == null || was.equals(is)) return;
        (is.equals("failed") ? worse : better).add(what + ": " + is + "; it was " + was + " before.");
    }

    /** Attempts. Verdicts of one of the two are held, since either may have a hundred thousand. */
    private static void changed(AuditDocument before, AuditDocument now, List<String> changes) throws IOException {
        Map<String, Map<String, String>> verdicts = new HashMap<>();
        before.cells(cell -> {
            verdicts.put(between(cell), verdicts(cell));
            return true;
        });
        List<String> worse = new ArrayList<>();
        List<String> better = new ArrayList<>();
        now.cells(cell -> {
            Map<String, String> was = verdicts.getOrDefault(between(cell), Map.of());
            verdicts(cell)
                    .forEach((vector, verdict) ->
                            change(between(cell) + ", " + vector, was.get(vector), verdict, worse, better));
            return true;
        });
        changes.addAll(worse);
        changes.addAll(better);
    }

    private static String between(JsonNode cell) {
        return cell.path("attacker").asText() + " at " + cell.path("victim").asText();
    }

    /** By vector. One of each word, of a hundred thousand. */
    private static Map<String, String> verdicts(JsonNode cell) {
        Map<String, String> verdicts = new LinkedHashMap<>();
        for (JsonNode attempt : cell.path("attempts"))
            verdicts.put(
                    attempt.path("vector").asText().intern(),
                    attempt.path("verdict").asText().intern());
        return verdicts;
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
