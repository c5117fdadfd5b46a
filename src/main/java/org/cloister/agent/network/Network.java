package org.cloister.agent.network;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.cloister.agent.linux.Command;
import org.cloister.agent.linux.Fd;
import org.cloister.protocol.Slot;

/** The links of one instance's tenants, and the table that they are closed by. */
public final class Network {

    /** What a tenant finds in its resolv.conf. */
    public static String resolvConf() throws IOException {
        return Outside.resolvers().stream()
                .map(address -> "nameserver " + address + "\n")
                .collect(Collectors.joining());
    }

    /** The same on both ends, so that no neighbour has ever to be asked for (kernel.md). Locally administered. */
    private static final String MAC = "02:00:00:00:00:01";

    private final String table;
    private final String rules;
    private final Outside outside;
    private final List<String> open;

    /** Tenants whose elements the table holds, or must hold when it is loaded again. */
    private final Set<Slot> known = new LinkedHashSet<>();

    /** @param open networks that the admin opened to tenants, although they lie in a closed range */
    public Network(String instance, List<String> open) throws IOException {
        table = instance;
        outside = new Outside(instance);
        this.open = open;
        try (InputStream text = Network.class.getResourceAsStream("rules.nft")) {
            rules = new String(text.readAllBytes(), StandardCharsets.UTF_8).replace("INSTANCE", instance);
        }
    }

    /** Loads the whole table with the elements of these tenants, in one transaction. */
    public synchronized void load(Collection<Slot> slots) throws IOException {
        known.clear();
        known.addAll(slots);
        Set<String> uplinks = outside.closedUplinks();
        nft("add table inet " + table + "\ndelete table inet " + table + "\n" + rules + "\n"
                + known.stream().map(this::add).collect(Collectors.joining())
                + elements("resolvers4", Outside.resolvers())
                + elements("open4", open)
                + elements("uplinks", uplinks));
        outside.open(uplinks);
    }

    /** Loads the table again where somebody flushed it or a new link leads out of the machine; else changes nothing. */
    public synchronized void ensure() throws IOException {
        if (!loaded() || outside.lacks()) load(List.copyOf(known));
    }

    /** Connects a network namespace: the tenant's elements first, then its link, addresses and routes. */
    public synchronized void connect(Slot slot, Fd namespace) throws IOException {
        if (Files.exists(link(slot))) disconnect(slot);
        known.add(slot);
        nft(add(slot));
        String name = slot.link();
        ip(List.of("ip", "-batch", "-"), """
                link add %1$s address %2$s type veth peer name eth0 address %2$s netns %3$s
                link set %1$s arp off addrgenmode none
                link set %1$s up
                route add %4$s/32 dev %1$s
                route add %5$s/128 dev %1$s
                """.formatted(name, MAC, namespace.path(), slot.address4(), slot.address6()));
        ip(List.of("nsenter", "--net=" + namespace.path(), "--", "ip", "-batch", "-"), """
                link set eth0 arp off addrgenmode none
                link set eth0 up
                addr add %1$s/32 dev eth0
                addr add %2$s/128 dev eth0 nodad
                route add default dev eth0 src %1$s
                route add default dev eth0 src %2$s
                """.formatted(
                        slot.address4(), slot.address6()));
        outside.forward(name);
    }

    /** Removes the link, then the tenant's elements. Idempotent. */
    public synchronized void disconnect(Slot slot) throws IOException {
        if (Files.exists(link(slot))) {
            try {
                Command.run(List.of("ip", "link", "delete", slot.link()));
            } catch (IOException e) {
                if (Files.exists(link(slot))) throw e; // else it went by itself, with the tenant's namespace
            }
        }
        known.remove(slot);
        // Added first: deleting what is absent fails.
        if (loaded()) nft(add(slot) + add(slot).replace("add element", "delete element"));
    }

    /** Removes the table and puts the machine's own settings back. Idempotent. */
    public void remove() throws IOException {
        outside.close();
        nft("add table inet " + table + "\ndelete table inet " + table);
    }

    private String add(Slot slot) {
        return """
                add element inet %1$s links { %2$s }
                add element inet %1$s source4 { %2$s . %3$s }
                add element inet %1$s source6 { %2$s . %4$s }
                """.formatted(table, slot.link(), slot.address4(), slot.address6());
    }

    private boolean loaded() throws IOException {
        return Command.run(List.of("nft", "list", "tables")).lines().anyMatch(("table inet " + table)::equals);
    }

    private String elements(String set, Collection<String> elements) {
        return elements.isEmpty()
                ? ""
                : "add element inet " + table + " " + set + " { " + String.join(", ", elements) + " }\n";
    }

    private static Path link(Slot slot) {
        return Path.of("/sys/class/net", slot.link());
    }

    /** Lines that speak of IPv6 are left out on a machine that has it switched off. */
    private static void ip(List<String> command, String lines) throws IOException {
        Path off = Path.of("/proc/sys/net/ipv6/conf/all/disable_ipv6");
        boolean six = Files.exists(off) && Files.readString(off).strip().equals("0");
        String kept = six
                ? lines
                : lines.lines()
                        .filter(line -> !line.contains("::"))
                        .map(line -> line.replace(" addrgenmode none", "") + "\n")
                        .collect(Collectors.joining());
        Command.run(command, kept, 30);
    }

    private static void nft(String commands) throws IOException {
        Command.run(List.of("nft", "-f", "-"), commands, 30);
    }
}
