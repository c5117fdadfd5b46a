package org.cloister.agent.proof;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
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

    private static final Pattern ERROR = Pattern.compile("E[A-Z0-9]+");

    private static final Map<String, Vector> VECTORS =
            Vectors.ALL.stream().collect(Collectors.toMap(Vector::name, Function.identity()));

    boolean succeeded() {
        return outcome.equals(SUCCEEDED);
    }

    /** The kernel refused it, by whatever error. */
    boolean refused() {
        return ERROR.matcher(outcome).matches();
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
        try (JsonParser parser = Frames.JSON.createParser(output)) {
            while (parser.nextToken() != null) attempts.add(next(parser));
        } catch (IllegalArgumentException e) {
            throw new IOException("the probe's report cannot be read: " + e.getMessage());
        }
        return attempts;
    }

    /** Word by word, without a tree of it: there are a hundred thousand. */
    private static Attempt next(JsonParser parser) throws IOException {
        Map<String, String> texts = new HashMap<>();
        if (!parser.isExpectedStartObjectToken()) throw new IOException("the probe's report holds what is no attempt");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (!parser.nextToken().isScalarValue())
                throw new IOException("the probe's report holds what is no attempt");
            texts.put(name, parser.getText());
        }
        return new Attempt(
                texts.getOrDefault("victim", "").intern(), // one of each
                texts.getOrDefault("vector", "").intern(),
                texts.getOrDefault("outcome", "").intern(),
                Long.parseLong(texts.getOrDefault("micros", "0")),
                new String(HexFormat.of().parseHex(texts.getOrDefault("read", "")), StandardCharsets.ISO_8859_1),
                texts.getOrDefault("detail", ""));
    }

    /** The same with its outcome judged: reading something is no success, reading the secret is. */
    Attempt judged(Canary canary) {
        Vector tried = VECTORS.get(vector);
        if (!succeeded() || tried != null && !tried.secret() || read.strip().equals(canary.secret())) return this;
        return new Attempt(victim, vector, "ENODATA", micros, "", detail + "; not the secret");
    }
}
