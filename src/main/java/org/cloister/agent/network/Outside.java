package org.cloister.agent.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What this machine itself goes by beyond its own links: resolvers and default routes. */
final class Outside {

    private static final String IPV4 = "\\d{1,3}(\\.\\d{1,3}){3}";
    private static final String IPV6 = "[0-9a-fA-F:]*:[0-9a-fA-F:.]+";

    private Outside() {}

    /**
     * Addresses in the text of a resolv.conf(5) that a tenant could ask: not this machine's own loopback, and none that
     * means something on one link only.
     */
    static List<String> resolvers(String resolvConf) {
        return resolvConf
                .lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length >= 2 && words[0].equals("nameserver"))
                .map(words -> words[1])
                .filter(address -> address.matches(IPV4) && !address.startsWith("127.")
                        || address.matches(IPV6) && !address.matches("::1?|(?i:fe[89ab][0-9a-f]:.*)"))
                .distinct()
                .toList();
    }

    /** The resolvers of this machine; behind systemd's stub, those that it asks. */
    static List<String> resolvers() throws IOException {
        for (String file : List.of("/etc/resolv.conf", "/run/systemd/resolve/resolv.conf")) {
            if (!Files.isReadable(Path.of(file))) continue;
            List<String> found = resolvers(Files.readString(Path.of(file)));
            if (!found.isEmpty()) return found;
        }
        return List.of();
    }

    /** A default route: next hop, if there is one, and link. */
    record Way(String gateway, String link) {

        /** As ip-route(8) takes it. */
        String words() {
            return (gateway.isEmpty() ? "" : "via " + gateway + " ") + "dev " + link
                    + (gateway.isEmpty() ? "" : " onlink");
        }
    }

    /** The machine's own, in the order of their metrics. */
    static List<Way> ways(Family family) throws IOException {
        return ways(Ip.show(family, "route", "show", "default", "table", "main"));
    }

    /** From what `ip -j route` shows; what leads nowhere is left out. */
    static List<Way> ways(JsonNode routes) {
        List<JsonNode> sorted = new ArrayList<>();
        routes.forEach(sorted::add);
        sorted.sort(Comparator.comparingInt(route -> route.path("metric").asInt()));
        List<Way> ways = new ArrayList<>();
        for (JsonNode route : sorted) {
            if (route.has("type") || !route.path("dst").asText().equals("default")) continue; // prohibit, blackhole, …
            for (JsonNode hop : route.has("nexthops") ? route.get("nexthops") : List.of(route)) {
                JsonNode via = hop.path("via");
                String gateway = via.isObject()
                        ? via.get("family").asText() + " " + via.get("host").asText()
                        : hop.path("gateway").asText("");
                Way way = new Way(gateway, hop.path("dev").asText());
                if (!way.link().isEmpty() && !ways.contains(way)) ways.add(way);
            }
        }
        return ways;
    }
}
