package org.cloister.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** The command "events". Following prints an event a line, also as JSON, as it comes. */
final class Events {

    private static final int WAIT_MILLIS = 1000;

    private Events() {}

    static int run(Call call) throws InterruptedException {
        Line line = call.line();
        String tenant = line.has("--tenant") ? "&tenant=" + Api.part(line.value("--tenant")) : "";
        JsonNode events = call.api().get("/events?limit=" + line.number("--limit", 20, 1000) + tenant);
        if (!line.has("--follow") && call.wantsJson()) return call.print(events, () -> "");
        long seen = print(call, events, 0);
        while (line.has("--follow") && !call.out().checkError()) {
            Thread.sleep(WAIT_MILLIS);
            seen = print(call, call.api().get("/events?limit=1000&after=" + seen + tenant), seen);
        }
        return 0;
    }

    private static long print(Call call, JsonNode events, long seen) {
        long last = seen;
        for (JsonNode event : events) {
            last = Math.max(last, event.path("id").asLong());
            if (call.wantsJson()) call.out().println(event);
            else
                call.out()
                        .println(Values.time(event.path("at")) + "  "
                                + Terminal.plain(event.path("actor").asText() + "  "
                                        + event.path("sentence").asText()));
        }
        call.out().flush();
        return last;
    }
}
