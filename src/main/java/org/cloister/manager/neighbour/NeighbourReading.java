package org.cloister.manager.neighbour;

import static org.cloister.manager.page.Words.count;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.cloister.manager.limit.LimitWords;
import org.cloister.manager.page.Fact;
import org.cloister.manager.page.Words;
import org.cloister.protocol.Limit;

/** Reads a report of the agent (schema cloister-neighbour/1) for people. A pure function of the document. */
final class NeighbourReading {

    /** What took more than so many times as long as alone is marked. A mark, not a verdict: bearable is what the victim bears. */
    static final int GREW = 3;

    private static final String BEFORE = "alone-before";
    private static final String AFTER = "alone-after";

    /** As they are called for people; what is not named here is called as in the document. */
    private static final Map<String, String> PHASES = Map.of(
            BEFORE, "alone, before", AFTER, "alone, after", "all", "all at once", "shared-memory", "shared memory");

    /** What of the attacker's plan a reader wants to know first. */
    private static final Map<Limit, String> WORDS = new EnumMap<>(
            Map.of(Limit.CPU, "processors", Limit.MEMORY, "memory", Limit.PROCESSES, "processes", Limit.DISK, "disk"));

    private static final ObjectMapper JSON = new ObjectMapper();

    private final UUID id;
    private final JsonNode report;

    /** @throws IllegalArgumentException the document is not JSON */
    NeighbourReading(UUID id, byte[] document) {
        this.id = id;
        try {
            report = JSON.readTree(document);
        } catch (IOException e) {
            throw new IllegalArgumentException("report " + id + " is not JSON", e);
        }
    }

    /** What stands at that JSON pointer; empty for nothing. */
    String text(String pointer) {
        return report.at(pointer).asText();
    }

    /** What the attacker could use up, in few words. */
    String attacker() {
        return value(Limit.CPU) + ", " + value(Limit.MEMORY) + ", " + value(Limit.PROCESSES) + " processes";
    }

    private String value(Limit limit) {
        return LimitWords.value(
                limit, report.at("/attacker/limits/" + limit.key()).asLong());
    }

    int seconds() {
        return report.path("seconds").asInt();
    }

    NeighbourPage page() {
        return new NeighbourPage(
                id,
                report.at("/victim/name").asText(),
                Instant.parse(report.path("startedAt").asText()),
                sentence(),
                more(),
                doubt(),
                GREW,
                stream(report.path("operations")).map(this::chart).toList(),
                stream(report.path("phases"))
                        .filter(phase -> !alone(phase))
                        .map(this::acted)
                        .toList(),
                facts(),
                report.path("claims").asText(),
                report.path("notClaimed").asText());
    }

    /** @param times 0 where there is nothing to compare with */
    private record Growth(String operation, String phase, long p99, double times) {}

    private String sentence() {
        String victim = report.at("/victim/name").asText();
        Growth worst = null;
        for (JsonNode operation : report.path("operations"))
            for (JsonNode phase : report.path("phases")) {
                if (alone(phase)) continue;
                String name = operation.path("name").asText();
                long p99 = p99(phase, name);
                Growth growth = new Growth(name, phase(phase), p99, times(p99, p99(BEFORE, name)));
                if (worst == null || growth.times() > worst.times()) worst = growth;
            }
        if (worst == null || worst.times() == 0) return "Nothing was measured beside a neighbour.";
        if (worst.times() <= GREW)
            return "Nothing that was measured in " + victim + " took more than " + GREW
                    + " times as long as alone, whatever the neighbour did.";
        return "What grew most: " + worst.operation() + " in " + victim + " took " + Scale.time(worst.p99()) + ", "
                + Scale.figures(worst.times()) + " times as long as alone, in the phase “" + worst.phase() + "”.";
    }

    private String more() {
        long failures = stream(report.path("phases"))
                .flatMap(phase -> stream(phase.path("operations")))
                .mapToLong(beat ->
                        stream(beat.path("failed")).mapToLong(JsonNode::asLong).sum())
                .sum();
        return "At the 99th percentile: of a hundred, the slowest but one. "
                + (failures == 0
                        ? "None of the victim’s operations failed."
                        : Words.plural(failures, "operation") + " of the victim’s failed; see below in which phase.");
    }

    /** The control: alone again, it must take about as long as before. */
    private String doubt() {
        for (JsonNode operation : report.path("operations")) {
            String name = operation.path("name").asText();
            double times = times(p99(AFTER, name), p99(BEFORE, name));
            if (times > GREW)
                return "Alone again afterwards, " + name + " took " + Scale.figures(times)
                        + " times as long as before. So something else was at work on the machine, and the figures between say"
                        + " little. Run the test again when it is quiet.";
        }
        return null;
    }

    private NeighbourPage.Chart chart(JsonNode operation) {
        String name = operation.path("name").asText();
        List<JsonNode> phases = stream(report.path("phases")).toList();
        Scale scale = Scale.of(phases.stream()
                .flatMapToLong(phase -> LongStream.of(
                        beat(phase, name).path("p50").asLong(),
                        beat(phase, name).path("p99").asLong())));
        long alone = p99(BEFORE, name);
        return new NeighbourPage.Chart(
                name,
                operation.path("says").asText(),
                scale.words(),
                scale.lines(),
                Scale.figure(scale.place(alone)),
                phases.stream()
                        .map(phase -> bar(phase, beat(phase, name), scale, alone))
                        .toList());
    }

    private static NeighbourPage.Bar bar(JsonNode phase, JsonNode beat, Scale scale, long alone) {
        if (beat.isMissingNode())
            return new NeighbourPage.Bar(
                    phase(phase),
                    "0",
                    "0",
                    "",
                    "",
                    "",
                    "",
                    "",
                    false,
                    "",
                    phase.path("note").asText("not tried"));
        long p50 = beat.path("p50").asLong();
        long p99 = beat.path("p99").asLong();
        double times = phase.path("name").asText().equals(BEFORE) ? 0 : times(p99, alone);
        double from = scale.place(p50);
        return new NeighbourPage.Bar(
                phase(phase),
                Scale.figure(from),
                Scale.figure(Math.max(0.6, scale.place(p99) - from)),
                count(beat.path("count").asLong()),
                Scale.time(p50),
                Scale.time(p99),
                Scale.time(beat.path("max").asLong()),
                times == 0 ? "" : "×" + Scale.figures(times),
                times > GREW,
                String.join(", ", counts(beat.path("failed"))),
                null);
    }

    private NeighbourPage.Acted acted(JsonNode phase) {
        String attacker = report.at("/attacker/name").asText();
        List<String> limits = new ArrayList<>();
        for (JsonNode acted : phase.path("acted")) {
            String key = acted.path("limit").asText();
            String tenant = acted.path("tenant").asText();
            limits.add((tenant.equals(attacker) ? "" : tenant + "’s own ")
                    + Limit.of(key).map(LimitWords::label).orElse(key) + ": "
                    + Words.plural(
                            acted.path("after").asLong() - acted.path("before").asLong(), "time"));
        }
        Map<String, Long> refused = new TreeMap<>();
        long killed = 0;
        for (JsonNode attack : phase.path("attacks")) {
            killed += attack.path("killed").asLong();
            attack.path("refused")
                    .fields()
                    .forEachRemaining(
                            one -> refused.merge(one.getKey(), one.getValue().asLong(), Long::sum));
        }
        List<String> answers = new ArrayList<>();
        refused.forEach((error, times) -> answers.add(error + " × " + count(times)));
        if (killed > 0) answers.add("killed × " + count(killed));
        return new NeighbourPage.Acted(
                phase(phase), says(phase), limits, answers, phase.path("note").asText(""));
    }

    private List<Fact> facts() {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("Victim", report.at("/victim/name").asText(), false));
        facts.add(
                new Fact("Attacker", report.at("/attacker/name").asText() + ", made for it and deleted since", false));
        for (Limit limit : WORDS.keySet()) facts.add(new Fact("Attacker’s " + WORDS.get(limit), value(limit), false));
        facts.add(new Fact("Each phase", report.path("seconds").asInt() + " s", false));
        facts.add(new Fact("Machine", report.at("/host/hostname").asText(), false));
        facts.add(new Fact("Cores", report.at("/host/cores").asText(), false));
        facts.add(new Fact("Kernel", report.at("/host/kernel").asText(), true));
        facts.add(new Fact("Chain", "number " + report.path("sequence").asText(), false));
        facts.add(new Fact("Signed by", report.path("signer").asText(), true));
        return facts;
    }

    private String says(JsonNode phase) {
        String name = phase.path("name").asText();
        return stream(report.path("exhaustions"))
                .filter(way -> way.path("name").asText().equals(name))
                .map(way -> way.path("says").asText())
                .findFirst()
                .orElse("All of it at the same time.");
    }

    private static boolean alone(JsonNode phase) {
        String name = phase.path("name").asText();
        return name.equals(BEFORE) || name.equals(AFTER);
    }

    private static String phase(JsonNode phase) {
        String name = phase.path("name").asText();
        return PHASES.getOrDefault(name, name);
    }

    private long p99(String phase, String operation) {
        return stream(report.path("phases"))
                .filter(each -> each.path("name").asText().equals(phase))
                .mapToLong(each -> p99(each, operation))
                .findFirst()
                .orElse(0);
    }

    private static long p99(JsonNode phase, String operation) {
        return beat(phase, operation).path("p99").asLong();
    }

    private static JsonNode beat(JsonNode phase, String operation) {
        return stream(phase.path("operations"))
                .filter(beat -> beat.path("operation").asText().equals(operation))
                .findFirst()
                .orElse(com.fasterxml.jackson.databind.node.MissingNode.getInstance());
    }

    private static double times(long p99, long alone) {
        return alone <= 0 ? 0 : (double) p99 / alone;
    }

    private static List<String> counts(JsonNode counts) {
        List<String> words = new ArrayList<>();
        counts.fields()
                .forEachRemaining(one ->
                        words.add(one.getKey() + " × " + count(one.getValue().asLong())));
        return words;
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
