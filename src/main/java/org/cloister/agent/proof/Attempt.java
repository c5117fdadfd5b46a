package org.cloister.agent.proof;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.cloister.protocol.Frames;

/**
 * One try of the probe.
 *
 * @param outcome "succeeded"; the name of the error that the kernel answered; "absent" where nothing was planted for it;
 *     "timeout" or "unreported" where there is no answer
 * @param read what was brought back, as text; empty where nothing was to be read
 */
record Attempt(String victim, String vector, String outcome, long micros, String read, String detail) {

    static final String SUCCEEDED = "succeeded";

    private static final Map<String, Vector> VECTORS =
            Vectors.ALL.stream().collect(Collectors.toMap(Vector::name, Function.identity()));

    boolean succeeded() {
        return outcome.equals(SUCCEEDED);
    }

    /** The kernel refused it, by whatever error. */
    boolean refused() {
        return outcome.matches("E[A-Z0-9]+");
    }

    boolean absent() {
        return outcome.equals("absent");
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
            try {
                attempts.add(new Attempt(
                        node.path("victim").asText().intern(), // one of each, of a hundred thousand
                        node.path("vector").asText().intern(),
                        node.path("outcome").asText().intern(),
                        node.path("micros").asLong(),
                        new String(HexFormat.of().parseHex(node.path("read").asText()), StandardCharsets.ISO_8859_1),
                        node.path("detail").asText()));
            } catch (IllegalArgumentException e) {
                throw new IOException("the probe's report cannot be read: " + e.getMessage());
            }
        }
        return attempts;
    }

    /** The same with its outcome judged: reading something is no success, reading the secret is. */
    Attempt judged(Canary canary) {
        Vector tried = VECTORS.get(vector);
        if (!succeeded() || tried != null && !tried.secret() || read.strip().equals(canary.secret())) return this;
        return new Attempt(victim, vector, "ENODATA", micros, "", detail + "; not the secret");
    }
}
