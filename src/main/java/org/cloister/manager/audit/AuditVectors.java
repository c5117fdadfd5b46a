package org.cloister.manager.audit;

import static org.cloister.manager.audit.AuditReading.text;
import static org.cloister.manager.page.Words.count;
import static org.cloister.manager.page.Words.plural;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The catalogue of a report, with what became of each vector over all cells. */
final class AuditVectors {

    private final Collection<JsonNode> vectors;
    private final Map<String, Map<String, Long>> verdicts = new HashMap<>();

    AuditVectors(Collection<JsonNode> vectors) {
        this.vectors = vectors;
    }

    void add(AuditCell cell) {
        for (AuditCell.Attempt attempt : cell.attempts())
            verdicts.computeIfAbsent(attempt.vector(), vector -> new HashMap<>())
                    .merge(attempt.verdict(), 1L, Long::sum);
    }

    /** In the order of the catalogue. */
    List<AuditPage.VectorGroup> groups() {
        Map<String, List<JsonNode>> groups = new LinkedHashMap<>();
        for (JsonNode vector : vectors)
            groups.computeIfAbsent(text(vector, "group"), group -> new ArrayList<>())
                    .add(vector);
        return groups.entrySet().stream()
                .map(group -> group(AuditCells.name(group.getKey()), group.getValue()))
                .toList();
    }

    private AuditPage.VectorGroup group(String name, List<JsonNode> vectors) {
        long failed = sum(vectors, "failed");
        long voided = sum(vectors, "void");
        long inapplicable = sum(vectors, "not-applicable");
        String tally = plural(vectors.size(), "way") + ": " + count(sum(vectors, "passed")) + " stopped"
                + (failed == 0 ? "" : ", " + count(failed) + " got through")
                + (voided == 0 ? "" : ", " + count(voided) + " void")
                + (inapplicable == 0 ? "" : ", " + count(inapplicable) + " not applicable");
        return new AuditPage.VectorGroup(
                name,
                tally,
                AuditCells.controls(vectors.getFirst()),
                failed + voided > 0,
                vectors.stream().map(this::vector).toList());
    }

    private AuditPage.Vector vector(JsonNode vector) {
        return new AuditPage.Vector(
                text(vector, "name"),
                text(vector, "tries"),
                text(vector, "stoppedBy"),
                count(tally(vector, "passed")),
                count(tally(vector, "failed")),
                count(tally(vector, "void")),
                count(tally(vector, "not-applicable")));
    }

    private long sum(List<JsonNode> vectors, String verdict) {
        return vectors.stream().mapToLong(vector -> tally(vector, verdict)).sum();
    }

    private long tally(JsonNode vector, String verdict) {
        return verdicts.getOrDefault(text(vector, "name"), Map.of()).getOrDefault(verdict, 0L);
    }
}
