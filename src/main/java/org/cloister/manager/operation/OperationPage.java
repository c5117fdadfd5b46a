package org.cloister.manager.operation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.cloister.manager.page.Sign;
import org.cloister.manager.page.Words;

/**
 * An operation as one watches it.
 *
 * @param ready whether a tenant came out of it that one can log in to
 * @param next where its result is; null until there is one
 */
record OperationPage(
        UUID id,
        String section,
        String title,
        String backUrl,
        String backWord,
        boolean done,
        String problem,
        String message,
        int percent,
        String tone,
        String took,
        List<Phase> phases,
        boolean ready,
        String tenant,
        String command,
        String hostKey,
        String next,
        String nextWord) {

    record Phase(Sign sign, String words, String detail, String took, String className) {}

    /** What each kind of work goes through, in its order: the agent's word and ours. */
    private static final Map<String, Map<String, String>> EXPECTED = Map.of(
            "tenant.create",
                    orderedMap(
                            "template", "Template",
                            "root", "Root file system",
                            "launch", "Namespaces, limits and network",
                            "ready", "First answer"),
            "snapshot.restore",
                    orderedMap(
                            "stop", "Everything that runs ends",
                            "root", "The snapshot takes the root’s place",
                            "launch", "Namespaces, limits and network",
                            "ready", "First answer"),
            "audit.run",
                    orderedMap(
                            "facts", "Facts from outside",
                            "plant", "Canaries and their owners’ access",
                            "controls", "The same from a broken sandbox",
                            "attack", "Every tenant tries every other",
                            "confirm", "The canaries live on"),
            "neighbour.run",
                    orderedMap(
                            "attacker", "A neighbour that is made for it",
                            "alone-before", "Alone",
                            "processor", "Beside one that computes",
                            "processes", "Beside a fork bomb",
                            "memory", "Beside one that takes memory",
                            "shared-memory", "Beside one that fills shared memory",
                            "names", "Beside one that makes names",
                            "disk", "Beside one that fills its disk",
                            "files", "Beside one that makes small files",
                            "fsync", "Beside one that waits for each write",
                            "sync", "Beside one that has everything written",
                            "terminals", "Beside one that opens terminals",
                            "connections", "Beside one that opens connections",
                            "packets", "Beside one that floods",
                            "all", "All of it at once",
                            "alone-after", "Alone again"));

    static OperationPage of(OperationView operation, Timelines.Timeline line, String command, String hostKey) {
        boolean failed = operation.problem() != null;
        String tenant = operation.tenant() == null ? "" : operation.tenant();
        boolean ready = operation.kind().equals("tenant.create") && operation.done() && !failed;
        String kind = operation.kind();
        String section = kind.startsWith("audit.") || kind.startsWith("neighbour.")
                ? "audits"
                : kind.startsWith("template.") ? "templates" : "tenants";
        String next = operation.done() ? next(operation, failed) : null;
        return new OperationPage(
                operation.id(),
                section,
                title(operation),
                section.equals("tenants") ? "/" : "/" + section,
                Character.toUpperCase(section.charAt(0)) + section.substring(1),
                operation.done(),
                operation.problem(),
                failed ? "Failed" : operation.message(),
                operation.percent(),
                failed ? "danger" : operation.done() ? "fine" : "",
                operation.finishedAt() == null
                        ? ""
                        : "in " + Words.took(Duration.between(operation.startedAt(), operation.finishedAt())),
                phases(operation, line, failed),
                ready,
                tenant,
                command,
                hostKey,
                next,
                section.equals("audits")
                        ? "Open the report"
                        : section.equals("templates") ? "To the templates" : "Go on");
    }

    private static String next(OperationView operation, boolean failed) {
        return switch (operation.kind()) {
            case "tenant.create" -> failed ? "/tenants/" + operation.tenant() : null;
            case "tenant.delete" -> "/";
            case "template.build" -> "/templates";
            case "audit.run" -> failed || operation.subject() == null ? "/audits" : "/audits/" + operation.subject();
            case "neighbour.run" ->
                failed || operation.subject() == null ? "/neighbour-tests" : "/neighbour-tests/" + operation.subject();
            default -> operation.tenant() == null ? "/" : "/tenants/" + operation.tenant();
        };
    }

    private static String title(OperationView operation) {
        return switch (operation.kind()) {
            case "tenant.create" -> "Onboarding " + operation.tenant();
            case "tenant.delete" -> "Deleting " + operation.tenant();
            case "template.build" -> "Building " + operation.subject();
            case "audit.run" -> "Auditing";
            case "neighbour.run" -> "Measuring " + operation.tenant() + " beside a neighbour";
            case "snapshot.restore" -> "Restoring " + operation.tenant();
            default -> operation.tenant() == null ? "Working" : "Changing " + operation.tenant();
        };
    }

    private static List<Phase> phases(OperationView operation, Timelines.Timeline line, boolean failed) {
        Map<String, String> words = orderedMap();
        words.putAll(EXPECTED.getOrDefault(operation.kind(), Map.of()));
        for (String heard : line.began().keySet())
            if (!List.of("waiting", "audit", "done", "failed").contains(heard))
                words.putIfAbsent(heard, sentenceCase(heard));
        String current = operation.done() ? last(line, words) : operation.phase();
        List<Phase> phases = new ArrayList<>();
        boolean before = !current.isEmpty() && words.containsKey(current);
        for (Map.Entry<String, String> phase : words.entrySet()) {
            boolean isCurrent = phase.getKey().equals(current);
            String detail = line.message().getOrDefault(phase.getKey(), "");
            String took = took(line, phase.getKey());
            if (operation.done() && !failed) phases.add(new Phase(finished(), phase.getValue(), "", took, ""));
            else if (isCurrent && failed)
                phases.add(new Phase(Sign.danger("failed"), phase.getValue(), detail, took, ""));
            else if (isCurrent) phases.add(new Phase(Sign.changing("under way"), phase.getValue(), detail, "", ""));
            else if (before) phases.add(new Phase(finished(), phase.getValue(), "", took, ""));
            else phases.add(new Phase(new Sign("later", "later", "quiet"), phase.getValue(), "", "", "later"));
            if (isCurrent) before = false;
        }
        return phases;
    }

    private static Sign finished() {
        return new Sign("done", "check", "fine");
    }

    private static String last(Timelines.Timeline line, Map<String, String> words) {
        String last = "";
        for (String heard : line.began().keySet()) if (words.containsKey(heard)) last = heard;
        return last;
    }

    /** From its beginning to that of the phase after it; empty while that is not known. */
    private static String took(Timelines.Timeline line, String phase) {
        Iterator<Map.Entry<String, Instant>> heard = line.began().entrySet().iterator();
        while (heard.hasNext()) {
            Map.Entry<String, Instant> one = heard.next();
            if (one.getKey().equals(phase) && heard.hasNext())
                return Words.took(Duration.between(one.getValue(), heard.next().getValue()));
        }
        return "";
    }

    private static String sentenceCase(String word) {
        return word.isEmpty()
                ? word
                : Character.toUpperCase(word.charAt(0)) + word.substring(1).replace('-', ' ');
    }

    private static Map<String, String> orderedMap(String... pairs) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) map.put(pairs[i], pairs[i + 1]);
        return map;
    }
}
