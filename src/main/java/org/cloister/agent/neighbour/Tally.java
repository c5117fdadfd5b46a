package org.cloister.agent.neighbour;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloister.protocol.Frames;

/**
 * What the attacker got in one way.
 *
 * @param did how often it got what it asked for
 * @param killed how often the kernel killed it
 * @param refused how often it was refused, by the error
 */
record Tally(String way, long did, long killed, Map<String, Long> refused) {

    /** From what the probe printed, a line of JSON a way. @throws IOException a line is none */
    static List<Tally> parse(byte[] output) throws IOException {
        List<Tally> tallies = new ArrayList<>();
        for (String line : new String(output, StandardCharsets.UTF_8).lines().toList()) {
            JsonNode node = Frames.JSON.readTree(line);
            tallies.add(new Tally(
                    node.path("way").asText(),
                    node.path("did").asLong(),
                    node.path("killed").asLong(),
                    Beat.counts(node.path("refused"))));
        }
        return tallies;
    }
}
