package org.cloister.agent.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cloister.agent.linux.Command;
import org.cloister.protocol.Slot;

/**
 * The one link between the hub and the machine, and the routing rules before the machine's own that say where its packets
 * may go. They know packets by the marks that the table {@code machine.nft} gives: one without a mark is prohibited, also
 * on its way to the machine itself. So a table that somebody flushed closes the gate instead of opening it.
 */
final class Gate {

    /** The same on both ends, and no one is ever asked for it (kernel.md). Locally administered. */
    static final String MAC = "02:00:00:00:00:01";

    /** Next hops that stand for the other end. A neighbour entry for each of them is all that there ever is. */
    static final String NEXT4 = "169.254.0.1";

    static final String NEXT6 = "fe80::1";

    private static final int OUT = 0x0c10_0000;
    private static final int HOUSE = 0x0c20_0000;

    /** The metric of the route by which nothing leaves. A table without any route is none that ip(8) could show. */
    private static final int LAST_RESORT = 1_000_000;

    private final int first;
    private final int last;
    private final Hub hub;

    /** @param first slot of the instance, which no other instance has; {@code last} as well */
    Gate(int first, int last, Hub hub) {
        this.first = first;
        this.last = last;
        this.hub = hub;
    }

    /** Its end on the machine. */
    String name() {
        return "ctgate" + first;
    }

    /** The mark of what goes to the internet, and the number of the routing table that leads there. */
    int out() {
        return OUT + first;
    }

    /** The mark of what goes where the machine's own packets go. */
    int house() {
        return HOUSE + first;
    }

    boolean stands() throws IOException {
        if (!Files.exists(Path.of("/sys/class/net", name()))) return false;
        for (Family family : Ip.families()) if (!ordered(Ip.show(family, "rule", "show"))) return false;
        return true;
    }

    /** The rules first, then the link. Idempotent. */
    void make() throws IOException {
        for (Family family : Ip.families()) {
            order(family);
            Ip.batch(family, "route replace prohibit default metric " + LAST_RESORT + " table " + table() + "\n");
        }
        if (Files.exists(Path.of("/sys/class/net", name()))) return;
        Ip.batch("""
                link add %1$s address %2$s type veth peer name gate address %2$s netns %3$s
                link set %1$s arp off multicast off addrgenmode none
                link set %1$s up
                neigh add %4$s lladdr %2$s dev %1$s nud permanent
                neigh add %5$s lladdr %2$s dev %1$s nud permanent
                """.formatted(name(), MAC, hub.path(), NEXT4, NEXT6));
        Ip.batch(hub.path(), """
                link set gate arp off multicast off addrgenmode none
                link set gate up
                neigh add %1$s lladdr %3$s dev gate nud permanent
                neigh add %2$s lladdr %3$s dev gate nud permanent
                route add default via %1$s dev gate onlink
                route add default via %2$s dev gate onlink
                """.formatted(NEXT4, NEXT6, MAC));
        StringBuilder routes = new StringBuilder();
        for (Block block : Block.of(first, last))
            routes.append("route add %s/%d via %s dev %s onlink\n"
                            .formatted(block.slot().address4(), block.bits() + 20, NEXT4, name()))
                    .append("route add %s/%d via %s dev %s onlink\n"
                            .formatted(block.slot().address6(), block.bits() + 116, NEXT6, name()));
        Ip.batch(routes.toString());
    }

    /** Lets tenants out by these ways, the first first. */
    void lead(Family family, List<Outside.Way> ways) throws IOException {
        List<Outside.Way> now = Outside.ways(Ip.show(family, "route", "show", "table", table()));
        if (now.equals(ways)) return;
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < ways.size(); i++)
            lines.append("route replace default %s metric %d table %s\n"
                    .formatted(ways.get(i).words(), i + 1, table()));
        for (int i = ways.size(); i < now.size(); i++)
            lines.append("route del default metric %d table %s\n".formatted(i + 1, table()));
        Ip.batch(family, lines.toString());
    }

    private String table() {
        return Integer.toString(out());
    }

    /** With its rules and routes. Idempotent. */
    void remove() throws IOException {
        if (Files.exists(Path.of("/sys/class/net", name()))) Command.run(List.of("ip", "link", "delete", name()));
        for (Family family : Ip.families()) {
            StringBuilder lines = new StringBuilder();
            for (JsonNode rule : Ip.show(family, "rule", "show")) if (isOurs(rule)) lines.append(delete(rule));
            if (lines.isEmpty()) continue;
            Ip.batch(family, lines + "route flush table " + out() + "\n");
        }
    }

    /**
     * Puts our rules before the one for local addresses, which stands at 0 like them: it is added once more behind them
     * after another one has taken its place for the moment. What is left when ours are gone is what was there before.
     * "protocol kernel" is what systemd-networkd leaves alone (networkd.conf(5), ManageForeignRoutingPolicyRules).
     */
    private void order(Family family) throws IOException {
        try (Shared shared = Shared.locked()) {
            JsonNode rules = Ip.show(family, "rule", "show");
            if (ordered(rules)) return;
            StringBuilder lines = new StringBuilder();
            // Nothing goes out meanwhile; what the machine itself is sent, the table refuses.
            if (!has(rules, 1, closed()))
                lines.append("rule add pref 1 ").append(closed()).append('\n');
            for (JsonNode rule : rules)
                if (isOurs(rule) && rule.path("priority").asInt() == 0) lines.append(delete(rule));
            for (String words : words())
                lines.append("rule add pref 0 ")
                        .append(words)
                        .append(" protocol ")
                        .append(protocol(words))
                        .append('\n');
            if (!has(rules, 2, "lookup local")) lines.append("rule add pref 2 lookup local protocol kernel\n");
            // A deletion takes the first rule that has what it names: by its protocol it is the machine's, not a
            // gate's.
            if (has(rules, 0, "lookup local")) lines.append("rule del pref 0 lookup local protocol kernel\n");
            lines.append("rule add pref 0 lookup local protocol kernel\nrule del pref 2 lookup local\n");
            lines.append("rule del pref 1 ").append(closed()).append('\n');
            Ip.batch(family, lines.toString());
        }
    }

    private boolean isOurs(JsonNode rule) {
        return rule.path("iif").asText().equals(name());
    }

    private String delete(JsonNode rule) {
        return "rule del pref " + rule.path("priority").asInt() + " iif " + name() + "\n";
    }

    private String closed() {
        return "iif " + name() + " prohibit";
    }

    private static String protocol(String words) {
        return words.endsWith("lookup local") ? "static" : "kernel";
    }

    private List<String> words() {
        String from = "iif " + name();
        return List.of(
                from + " fwmark 0x" + Integer.toHexString(out()) + " lookup " + out(),
                from + " fwmark 0x" + Integer.toHexString(house()) + " lookup local",
                from + " fwmark 0x" + Integer.toHexString(house()) + " lookup main",
                closed());
    }

    /** Whether all of ours stand in their order before the machine's first, and nothing of an order that was cut short is left. */
    private boolean ordered(JsonNode rules) {
        List<String> shown = new ArrayList<>();
        for (JsonNode rule : rules) shown.add(words(rule));
        int local = shown.indexOf("lookup local");
        return local >= 0
                && shown.lastIndexOf("lookup local") == local
                && shown.subList(0, local).stream()
                        .filter(words()::contains)
                        .toList()
                        .equals(words());
    }

    private static boolean has(JsonNode rules, int priority, String words) {
        for (JsonNode rule : rules)
            if (rule.path("priority").asInt() == priority && words(rule).equals(words)) return true;
        return false;
    }

    /** A rule as ip-rule(8) takes it, from what `ip -j rule` shows. */
    static String words(JsonNode rule) {
        return (rule.has("iif") ? "iif " + rule.get("iif").asText() + " " : "")
                + (rule.has("fwmark") ? "fwmark " + rule.get("fwmark").asText() + " " : "")
                + (rule.has("table")
                        ? "lookup " + rule.get("table").asText()
                        : rule.path("action").asText());
    }

    /** Slots that share the first bits of their 12. */
    record Block(Slot slot, int bits) {

        /** As few as cover exactly these slots. */
        static List<Block> of(int first, int last) {
            List<Block> blocks = new ArrayList<>();
            for (int at = first; at <= last; ) {
                int size = Integer.lowestOneBit(at);
                while (at + size - 1 > last) size >>= 1;
                blocks.add(new Block(new Slot(at), 12 - Integer.numberOfTrailingZeros(size)));
                at += size;
            }
            return blocks;
        }
    }
}
