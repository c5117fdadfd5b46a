package org.cloister.agent.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cloister.agent.linux.Command;
import org.cloister.protocol.Frames;

/**
 * How fast one end of a link sends: a token bucket (tc-tbf(8)), for what the tenant sends on its own end, where its sockets
 * feel it and nothing has to be thrown away; the tenant cannot change it without CAP_NET_ADMIN.
 */
final class Rate {

    private static final int LEAST_BURST = 16_384;

    /** One shell for all of them: a thousand are asked. */
    private static final String EACH = """
            for pid; do
                said=$(nsenter --net=/proc/$pid/ns/net tc -j qdisc show dev eth0 2>/dev/null) && echo $pid $said
            done; true""";

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

    /**
     * How fast the tenants send, in bytes a second; 0 for no limit.
     *
     * @param inits pids of processes in their namespaces; one that has just ended is missing in the answer
     */
    static Map<Integer, Long> sending(Collection<Integer> inits) throws IOException {
        if (inits.isEmpty()) return Map.of();
        List<String> command = new ArrayList<>(List.of("sh", "-c", EACH, "sh"));
        inits.forEach(pid -> command.add(pid.toString()));
        Map<Integer, Long> rates = new HashMap<>();
        for (String line : Command.run(command, "", 30).lines().toList()) {
            String[] halves = line.split(" ", 2);
            for (JsonNode each : Frames.JSON.readTree(halves[1]))
                rates.merge(
                        Integer.valueOf(halves[0]),
                        each.path("options").path("rate").asLong(0),
                        Math::max);
        }
        return rates;
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
