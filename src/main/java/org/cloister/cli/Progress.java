package org.cloister.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Waits for an operation; on a terminal, one line says how far it is. */
final class Progress {

    private static final int WIDTH = 78;

    private final Api api;
    private final PrintStream err;
    private final boolean shown;
    private String last = "";

    Progress(Api api, PrintStream err, boolean shown) {
        this.api = api;
        this.err = err;
        this.shown = shown;
    }

    /**
     * @return the operation, which is done
     * @throws RefusedException it failed
     */
    JsonNode await(JsonNode operation) {
        String path = "/operations/" + operation.get("id").asText();
        JsonNode now = operation;
        while (!now.path("done").asBoolean()) {
            JsonNode seen = follow(path);
            now = seen == null ? api.get(path) : seen;
        }
        if (shown && !last.isEmpty()) err.print("\r\033[K");
        if (now.hasNonNull("problem"))
            throw new RefusedException(now.get("problem").asText());
        return now;
    }

    /** The last that the stream told; null where it told nothing. */
    private JsonNode follow(String path) {
        JsonNode now = null;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(api.stream(path + "/stream", null), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("data:")) continue;
                now = Api.parse(line.substring("data:".length()));
                show(now);
                if (now.path("done").asBoolean()) return now;
            }
        } catch (IOException e) {
            // It was silent for long, or the manager was restarted: what the operation is now, the next request tells.
        }
        return now;
    }

    private void show(JsonNode operation) {
        String line = String.format(
                "%3d%%  %s  %s",
                operation.path("percent").asInt(),
                operation.path("phase").asText(),
                operation.path("message").asText(""));
        line = Terminal.plain(line);
        if (line.length() > WIDTH) line = line.substring(0, WIDTH - 1) + "…";
        if (!shown || line.equals(last)) return;
        err.print("\r" + line + "\033[K");
        err.flush();
        last = line;
    }
}
