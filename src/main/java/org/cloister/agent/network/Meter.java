package org.cloister.agent.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.cloister.agent.linux.Command;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Slot;

/** Reads what crossed the links of all tenants, in one go for those who ask one after another. */
final class Meter {

    private static final long FRESH_NANOS = 500_000_000;

    /** An entry of /proc/net/nf_conntrack names first where it came from. */
    private static final Pattern SOURCE =
            Pattern.compile(" src=(?:100\\.64\\.(\\d+)\\.(\\d+)|fdc1:157e:4000:0000:0000:0000:0000:([0-9a-f]{4})) ");

    private final String table;
    private final Path hub;

    private record Reading(
            long nanos, Map<String, Long> counts, Map<String, Long> receiveHeld, Map<Integer, Long> connections) {}

    private Reading last;

    Meter(String table, Path hub) {
        this.table = table;
        this.hub = hub;
    }

    /** @param sendHeld read at the tenant's own end */
    synchronized Traffic of(Slot slot, long sendHeld) throws IOException {
        if (last == null || System.nanoTime() - last.nanos() > FRESH_NANOS) last = read();
        String link = slot.link();
        return new Traffic(
                last.counts().getOrDefault(link + " 1", 0L),
                last.counts().getOrDefault(link + " 2", 0L),
                last.counts().getOrDefault(link + " 3", 0L),
                last.counts().getOrDefault(link + " 4", 0L),
                last.counts().getOrDefault(link + " 5", 0L),
                sendHeld,
                last.receiveHeld().getOrDefault(link, 0L),
                last.connections().getOrDefault(slot.number(), 0L));
    }

    private Reading read() throws IOException {
        return new Reading(
                System.nanoTime(),
                counts(Frames.JSON.readTree(
                        Command.run(Ip.in(hub, "nft", "-j", "list", "set", "inet", table, "counts")))),
                Rate.held(hub),
                connections(
                        Command.run(Ip.in(hub, "cat", "/proc/net/nf_conntrack")).lines()));
    }

    /** By link and mark: bytes of what was sent or received (1, 2), packets of what was refused (3, 4, 5). */
    static Map<String, Long> counts(JsonNode listing) {
        Map<String, Long> counts = new HashMap<>();
        for (JsonNode each : listing.path("nftables").findValues("elem")) {
            for (JsonNode element : each.isArray() ? each : List.<JsonNode>of()) {
                JsonNode key = element.path("elem").path("val").path("concat");
                JsonNode counter = element.path("elem").path("counter");
                boolean bytes = key.path(1).asInt() <= 2;
                counts.put(
                        key.path(0).asText() + " " + key.path(1).asInt(),
                        counter.path(bytes ? "bytes" : "packets").asLong());
            }
        }
        return counts;
    }

    /** By slot, from the text of /proc/net/nf_conntrack. */
    static Map<Integer, Long> connections(Stream<String> lines) {
        Map<Integer, Long> connections = new HashMap<>();
        lines.forEach(line -> {
            Matcher source = SOURCE.matcher(line);
            if (!source.find()) return;
            int slot = source.group(3) != null
                    ? Integer.parseInt(source.group(3), 16)
                    : Integer.parseInt(source.group(1)) << 8 | Integer.parseInt(source.group(2));
            connections.merge(slot, 1L, Long::sum);
        });
        return connections;
    }
}
