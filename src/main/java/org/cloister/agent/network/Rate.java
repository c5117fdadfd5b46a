package org.cloister.agent.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.cloister.agent.linux.Command;
import org.cloister.protocol.Frames;

/**
 * How fast one end of a link sends: a token bucket (tc-tbf(8)), for what the tenant sends on its own end, where its sockets
 * feel it and nothing has to be thrown away; the tenant cannot change it without CAP_NET_ADMIN.
 */
final class Rate {

    private static final int LEAST_BURST = 16_384;

    private Rate() {}

    /** @param bytes a second; 0 for no limit */
    static void set(Path namespace, String link, long bytes) throws IOException {
        // What may pass at once: a fiftieth of a second's worth. What waits longer than a tenth is dropped.
        String discipline = bytes == 0
                ? "noqueue"
                : "tbf rate %dbps burst %d latency 100ms".formatted(bytes, Math.max(LEAST_BURST, bytes / 50));
        Command.run(
                Ip.in(namespace, "tc", "-batch", "-"), "qdisc replace dev " + link + " root " + discipline + "\n", 30);
    }

    /** For each link that has a limit: packets that had to wait or were dropped. */
    static Map<String, Long> held(Path namespace) throws IOException {
        return held(Frames.JSON.readTree(Command.run(Ip.in(namespace, "tc", "-s", "-j", "qdisc", "show"))));
    }

    static Map<String, Long> held(JsonNode disciplines) {
        Map<String, Long> held = new HashMap<>();
        for (JsonNode each : disciplines)
            if (each.path("kind").asText().equals("tbf"))
                held.put(
                        each.path("dev").asText(),
                        each.path("overlimits").asLong() + each.path("drops").asLong());
        return held;
    }
}
