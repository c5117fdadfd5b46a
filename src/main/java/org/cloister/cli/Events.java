package org.cloister.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** The command "events". Following prints an event a line, also as JSON, as it comes. */
final class Events {

    /** Before a stream that broke is asked for again. */
    private static final long PAUSE_MILLIS = 1000;

    private final Call call;
    private final Set<Long> listed = new HashSet<>();

    private Events(Call call) {
        this.call = call;
    }

    static int run(Call call) {
        Line line = call.line();
        String tenant = line.has("--tenant") ? "tenant=" + Api.part(line.value("--tenant")) : "";
        String last = "/events?limit=" + line.number("--limit", 20, 1000) + "&" + tenant;
        if (line.has("--follow")) return new Events(call).follow("/events/stream?" + tenant, last);
        JsonNode events = call.api().get(last);
        if (call.wantsJson()) return call.print(events, () -> "");
        for (JsonNode event : events) print(call, event);
        return 0;
    }

    /**
     * Until nobody reads what it prints. A stream that breaks is taken up where it ended; a server that does not answer then
     * is an error.
     */
    private int follow(String stream, String last) {
        String seen = null;
        while (!call.out().checkError())
            try (BufferedReader lines = new BufferedReader(
                    new InputStreamReader(call.api().stream(stream, seen), StandardCharsets.UTF_8))) {
                if (seen == null && listed.isEmpty())
                    list(last); // after the stream began: nothing lies between the two
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith("id:"))
                        seen = line.substring("id:".length()).strip();
                    if (line.startsWith("data:")) tell(Api.parse(line.substring("data:".length())));
                    if (call.out().checkError()) return 0;
                }
            } catch (IOException e) {
                pause(); // it was silent for long, or the manager is being restarted
            }
        return 0;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void list(String last) {
        for (JsonNode event : call.api().get(last)) tell(event);
    }

    private void tell(JsonNode event) {
        if (listed.size() > 2000) listed.clear(); // long past what was listed at first
        if (listed.add(event.path("id").asLong())) print(call, event);
    }

    private static void print(Call call, JsonNode event) {
        if (call.wantsJson()) call.out().println(event);
        else
            call.out()
                    .println(Values.time(event.path("at")) + "  "
                            + Terminal.plain(event.path("actor").asText() + "  "
                                    + event.path("sentence").asText()));
        call.out().flush();
    }
}
