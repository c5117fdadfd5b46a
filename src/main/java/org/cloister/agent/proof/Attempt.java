package org.cloister.agent.proof;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.cloister.protocol.Frames;

/**
 * One try of the probe.
 *
 * @param outcome "succeeded", or the name of the error that the kernel answered
 * @param read what "read" got, as text; empty else
 */
record Attempt(String victim, String vector, String outcome, long micros, String read, String detail) {

    static final String SUCCEEDED = "succeeded";

    boolean succeeded() {
        return outcome.equals(SUCCEEDED);
    }

    /**
     * From what the probe printed, a line of JSON an attempt.
     *
     * @throws IOException a line is none, as when the probe was ended in the middle of it
     */
    static List<Attempt> parse(byte[] output) throws IOException {
        List<Attempt> attempts = new ArrayList<>();
        for (String line : new String(output, StandardCharsets.UTF_8).lines().toList()) {
            JsonNode node = Frames.JSON.readTree(line);
            attempts.add(new Attempt(
                    node.path("victim").asText(),
                    node.path("vector").asText(),
                    node.path("outcome").asText(),
                    node.path("micros").asLong(),
                    new String(HexFormat.of().parseHex(node.path("read").asText()), StandardCharsets.ISO_8859_1),
                    node.path("detail").asText()));
        }
        return attempts;
    }

    /** The same with its outcome judged: reading some file is no success, reading the secret is. */
    Attempt judged(Canary canary) {
        if (!vector.equals("read") || !succeeded() || read.strip().equals(canary.secret())) return this;
        return new Attempt(victim, vector, "ENOENT", micros, "", detail + "; not the secret");
    }
}
