package org.cloister.agent.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.cloister.agent.linux.Command;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;
import org.cloister.protocol.Slot;

/** The hub's ends of the tenants' links: which there are, and what is routed and how fast through each. */
final class Links {

    private final Path hub;

    Links(Path hub) {
        this.hub = hub;
    }

    Set<Integer> slots() throws IOException {
        Set<Integer> slots = new HashSet<>();
        for (JsonNode link : json("ip", "-j", "link", "show"))
            if (link.path("ifname").asText().matches("ct\\d+"))
                slots.add(Integer.parseInt(link.path("ifname").asText().substring(2)));
        return slots;
    }

    void strays(Map<Slot, Limits> tenants, List<Stray> strays) throws IOException {
        Map<String, Set<String>> addresses = new HashMap<>();
        for (JsonNode link : json("ip", "-j", "addr", "show"))
            for (JsonNode address : link.path("addr_info"))
                addresses
                        .computeIfAbsent(link.path("ifname").asText(), name -> new TreeSet<>())
                        .add(address.path("local").asText());
        Map<String, Set<String>> routes = new HashMap<>();
        for (Family family : Ip.families())
            for (JsonNode route : json("ip", "-j", family.option(), "route", "show"))
                routes.computeIfAbsent(route.path("dev").asText(), name -> new TreeSet<>())
                        .add(route.path("dst").asText());
        Map<String, Long> rates = new HashMap<>();
        for (JsonNode discipline : json("tc", "-j", "qdisc", "show"))
            rates.merge(
                    discipline.path("dev").asText(),
                    discipline.path("options").path("rate").asLong(0),
                    Math::max);
        boolean six = Ip.families().contains(Family.SIX);
        tenants.forEach((slot, limits) -> {
            String link = slot.link();
            Set<String> own = new TreeSet<>(six ? Set.of(slot.address4(), slot.address6()) : Set.of(slot.address4()));
            unlessEqual(
                    strays, "addresses of the hub's end of " + link, Set.of(), addresses.getOrDefault(link, Set.of()));
            unlessEqual(strays, "what is routed to " + link, own, routes.getOrDefault(link, Set.of()));
            unlessEqual(
                    strays,
                    "what " + link + " receives at most, bytes a second (0: no limit)",
                    limits.of(Limit.RECEIVE),
                    rates.getOrDefault(link, 0L));
        });
    }

    private static void unlessEqual(List<Stray> strays, String what, Object expected, Object found) {
        if (!expected.equals(found)) strays.add(new Stray(what, expected.toString(), found.toString()));
    }

    private JsonNode json(String... command) throws IOException {
        String text = Command.run(Ip.in(hub, command));
        return Frames.JSON.readTree(text.isBlank() ? "[]" : text);
    }
}
