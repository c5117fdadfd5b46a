package org.cloister.manager.operation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloister.manager.page.Sign;
import org.cloister.manager.page.Words;

/**
 * A part of an operation, as one watches it.
 *
 * @param detail one more sentence, or empty
 * @param took in words; empty while that is not known
 * @param className "later" for one that is still to come, else empty
 */
public record Phase(Sign sign, String words, String detail, String took, String className) {

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
                            "controls", "What gets through in a broken sandbox",
                            "plant", "Canaries and their owners’ access",
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

    static List<Phase> of(OperationView operation, Timelines.Timeline line) {
        boolean failed = operation.problem() != null;
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
