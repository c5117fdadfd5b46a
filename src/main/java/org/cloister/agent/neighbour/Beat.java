package org.cloister.agent.neighbour;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.cloister.protocol.Frames;

/**
 * How long one operation took in one phase, in microseconds. What the probe does counts from when it was due, so that a
 * stall is in the figures of all who would have waited through it.
 *
 * @param count how many there were
 * @param failed how many of them the kernel refused, by the error
 * @param p50 what half of them took at most, {@code p99} what 99 of 100 did
 */
record Beat(String operation, int count, Map<String, Long> failed, long p50, long p99, long max) {

    static Beat of(String operation, Map<String, Long> failed, List<Integer> micros) {
        int[] sorted = micros.stream().mapToInt(Integer::intValue).sorted().toArray();
        return new Beat(
                operation,
                sorted.length,
                failed,
                percentile(sorted, 50),
                percentile(sorted, 99),
                sorted.length == 0 ? 0 : sorted[sorted.length - 1]);
    }

    /** The smallest value that so many of a hundred do not exceed (nearest rank); 0 of none. */
    static long percentile(int[] sorted, int percent) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.ceilDiv((long) sorted.length * percent, 100) - 1];
    }

    /**
     * From what the probe printed, a line of JSON an operation.
     *
     * @throws IOException a line is none, as when the probe was ended in the middle of it
     */
    static List<Beat> parse(byte[] output) throws IOException {
        List<Beat> beats = new ArrayList<>();
        for (String line : new String(output, StandardCharsets.UTF_8).lines().toList()) {
            JsonNode node = Frames.JSON.readTree(line);
            JsonNode micros = node.path("micros");
            beats.add(of(
                    node.path("operation").asText(),
                    counts(node.path("failed")),
                    IntStream.range(0, micros.size())
                            .mapToObj(i -> micros.get(i).asInt())
                            .toList()));
        }
        return beats;
    }

    static Map<String, Long> counts(JsonNode node) {
        Map<String, Long> counts = new TreeMap<>();
        node.fields()
                .forEachRemaining(one -> counts.put(one.getKey(), one.getValue().asLong()));
        return counts;
    }
}
