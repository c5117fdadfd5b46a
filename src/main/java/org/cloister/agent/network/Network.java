package org.cloister.agent.network;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.cloister.agent.linux.Command;
import org.cloister.agent.linux.Fd;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;
import org.cloister.protocol.Slot;

/** The links of one instance's tenants, and all that decides what may cross them. */
public final class Network {

    /** What a tenant finds in its resolv.conf. */
    public static String resolvConf() throws IOException {
        return Outside.resolvers().stream()
                .map(address -> "nameserver " + address + "\n")
                .collect(Collectors.joining());
    }

    private final String table;
    private final Hub hub;
    private final Gate gate;
    private final Uplinks uplinks;
    private final Meter meter;
    private final List<String> open;

    /** Tenants whose elements the hub's table holds, or must hold when it is loaded again. */
    private final Map<Slot, Limits> known = new LinkedHashMap<>();

    /** Limits that the kernel was told by this agent. */
    private final Map<Slot, Limits> applied = new HashMap<>();

    /** The table on the machine's side as it was written, and as it was shown right after that. */
    private String written = "";

    private String loaded = "";

    /**
     * @param firstSlot of the instance, which no other instance has; {@code lastSlot} as well
     * @param run its directory below /run
     * @param open networks that the admin opened to tenants, although they lie in a closed range
     */
    public Network(String instance, int firstSlot, int lastSlot, Path run, List<String> open) {
        table = instance;
        hub = new Hub(run);
        gate = new Gate(firstSlot, lastSlot, hub);
        uplinks = new Uplinks(instance);
        meter = new Meter(instance, hub.path());
        this.open = open;
    }

    /**
     * Closes the network for everyone, then opens it for these tenants as far as they may go. Whatever of it stands already
     * is replaced in one transaction and not interrupted.
     */
    public synchronized void load(Map<Slot, Limits> tenants) throws IOException {
        Map<Slot, Limits> all = new LinkedHashMap<>(tenants);
        known.clear();
        known.putAll(all);
        hub.make();
        Ip.nft(hub.path(), text("hub.nft") + exceptions() + elements(known));
        written = machine();
        Ip.nft(null, written);
        gate.make();
        loaded = listed();
        follow();
    }

    /** Puts right what somebody changed on the machine: rules flushed, resolvers, default routes, links that lead out. */
    public synchronized void ensure() throws IOException {
        if (!hub.exists() || !gate.stands() || !machine().equals(written) || !listed().equals(loaded)) load(known);
        else follow();
    }

    /**
     * Connects a network namespace: the tenant's elements first, then its link, addresses and routes. Also multicast goes by
     * the next hop, for each address that is reached directly takes an entry of the neighbour table that all share.
     */
    public synchronized void connect(Slot slot, Limits limits, Fd namespace) throws IOException {
        Path inside = Path.of(namespace.path());
        known.put(slot, limits);
        Ip.nft(hub.path(), elements(slot, limits.of(Limit.CONNECTIONS)));
        Ip.batch(hub.path(), """
                link add %1$s address %2$s type veth peer name eth0 address %2$s netns %3$s
                link set %1$s arp off multicast off addrgenmode none
                link set %1$s up
                neigh add %4$s lladdr %2$s dev %1$s nud permanent
                neigh add %5$s lladdr %2$s dev %1$s nud permanent
                route add %4$s/32 dev %1$s
                route add %5$s/128 dev %1$s
                """.formatted(slot.link(), Gate.MAC, inside, slot.address4(), slot.address6()));
        Ip.batch(inside, """
                link set eth0 arp off multicast off addrgenmode none
                link set eth0 up
                addr add %1$s/32 dev eth0
                addr add %2$s/128 dev eth0 nodad
                neigh add %3$s lladdr %5$s dev eth0 nud permanent
                neigh add %4$s lladdr %5$s dev eth0 nud permanent
                route add default via %3$s dev eth0 onlink src %1$s
                route add 224.0.0.0/4 via %3$s dev eth0 onlink src %1$s
                route del multicast ff00::/8 dev eth0 table local
                route add default via %4$s dev eth0 onlink src %2$s
                """.formatted(slot.address4(), slot.address6(), Gate.NEXT4, Gate.NEXT6, Gate.MAC));
        if (limits.of(Limit.RECEIVE) != 0) Rate.set(hub.path(), slot.link(), limits.of(Limit.RECEIVE));
        if (limits.of(Limit.SEND) != 0) Rate.set(inside, "eth0", limits.of(Limit.SEND));
        applied.put(slot, limits);
    }

    /** Gives a connected tenant other limits. Connections that it has stay; the count of them begins anew. */
    public synchronized void limit(Slot slot, Limits limits, Fd namespace) throws IOException {
        if (limits.equals(applied.get(slot))) return;
        known.put(slot, limits);
        String now = Command.run(Ip.in(
                hub.path(), "nft", "get", "element", "inet", table, "connections", "{ \"" + slot.link() + "\" }"));
        long connections = limits.of(Limit.CONNECTIONS);
        if (!now.contains(" count over " + connections + " "))
            Ip.nft(hub.path(), """
                    delete element inet %1$s connections { %2$s }
                    add element inet %1$s connections { %2$s ct count over %3$d }
                    """.formatted(table, slot.link(), connections));
        try {
            Rate.set(hub.path(), slot.link(), limits.of(Limit.RECEIVE));
            Rate.set(Path.of(namespace.path()), "eth0", limits.of(Limit.SEND));
        } catch (IOException e) {
            if (!e.getMessage().contains("Cannot find device")) throw e;
            reconnect(slot, limits, namespace);
        }
        applied.put(slot, limits);
    }

    /** A link that is not in the hub was deleted by somebody, or made by a version that had none. */
    private void reconnect(Slot slot, Limits limits, Fd namespace) throws IOException {
        if (Files.exists(Path.of("/sys/class/net", slot.link())))
            Command.run(List.of("ip", "link", "delete", slot.link()));
        connect(slot, limits, namespace);
    }

    /** @see Rate#sending */
    public Map<Integer, Long> sending(Collection<Integer> inits) throws IOException {
        return Rate.sending(inits);
    }

    /** What crossed the tenant's link since it was connected. */
    public Traffic measure(Slot slot, Fd namespace) throws IOException {
        Limits limits;
        synchronized (this) {
            limits = known.get(slot);
        }
        boolean limited = limits != null && limits.of(Limit.SEND) != 0;
        long sendHeld = limited ? Rate.of(namespace, "eth0").held() : 0;
        return meter.of(slot, sendHeld);
    }

    /** Removes the link, then the tenant's elements, then what is remembered of its connections. Idempotent. */
    public synchronized void disconnect(Slot slot) throws IOException {
        known.remove(slot);
        applied.remove(slot);
        if (!hub.exists()) return;
        try {
            Command.run(Ip.in(hub.path(), "ip", "link", "delete", slot.link()));
        } catch (IOException e) {
            // It goes by itself with the tenant's namespace, also between ip's look for it and its wish.
            if (!e.getMessage().contains("Cannot find device")
                    && !e.getMessage().contains("No such device")) throw e;
        }
        String add = elements(slot, 1);
        try {
            // Added first: deleting what is absent fails.
            Ip.nft(
                    hub.path(),
                    add + add.replace("add element", "delete element").replace(" ct count over 1", ""));
        } catch (IOException e) {
            if (!e.getMessage().contains("No such file or directory")) throw e; // no table, so no elements
        }
        forgetConnections(slot);
    }

    /**
     * On both sides of the gate. Those that were open would stay for five days (nf_conntrack_tcp_timeout_established), and
     * count among those that all tenants may have together.
     */
    private void forgetConnections(Slot slot) throws IOException {
        for (Path place : Arrays.asList(hub.path(), null))
            for (Family family : Ip.families())
                Connections.forget(place, family, family == Family.FOUR ? slot.address4() : slot.address6());
    }

    /** Removes everything, and puts the machine's own settings back. Idempotent. */
    public synchronized void remove() throws IOException {
        uplinks.close();
        gate.remove();
        Ip.nft(null, "add table inet " + table + "\ndelete table inet " + table + "\n");
        hub.remove();
    }

    /** What of the rules the kernel has otherwise than they would be loaded now. @param tenants that should be connected */
    public synchronized List<Stray> strays(Map<Slot, Limits> tenants) throws IOException {
        if (!hub.exists()) return List.of(new Stray("the hub", "a network namespace that holds every link", "none"));
        List<Stray> strays = new ArrayList<>();
        if (!gate.stands())
            strays.add(new Stray("the gate", "a link and rules between hub and machine", "not all of them"));
        strays.addAll(Listing.of(text("hub.nft") + exceptions() + elements(known), table)
                .strays(
                        "the hub's rules",
                        Listing.of(Command.run(Ip.in(hub.path(), "nft", "--stateless", "list", "ruleset")))));
        strays.addAll(Listing.of(machine(), table)
                .strays(
                        "the machine's rules",
                        Listing.of(shown(List.of("nft", "--stateless", "list", "table", "inet", table)))));
        new Links(hub.path()).strays(tenants, strays);
        return strays;
    }

    /** Links in the hub that are tenants', by their slots. */
    public Set<Integer> linked() throws IOException {
        return hub.exists() ? new Links(hub.path()).slots() : Set.of();
    }

    private static String shown(List<String> command) throws IOException {
        try {
            return Command.run(command);
        } catch (IOException e) {
            if (e.getMessage().contains("No such file or directory")) return "";
            throw e;
        }
    }

    private void follow() throws IOException {
        for (Family family : Ip.families()) {
            List<Outside.Way> ways = Outside.ways(family);
            gate.lead(family, ways);
            uplinks.open(family, ways.stream().map(Outside.Way::link).collect(Collectors.toSet()));
            Uplinks.openOwn(family, gate.name());
        }
    }

    /** The machine's table and the hub's first chain, without what only counts; nothing where one of them is gone. */
    private String listed() throws IOException {
        String machine = shown(List.of("nft", "--stateless", "list", "table", "inet", table));
        String hub = shown(Ip.in(this.hub.path(), "nft", "--stateless", "list", "chain", "inet", table, "entering"));
        return machine.isEmpty() || hub.isEmpty() ? "" : machine + hub;
    }

    private String machine() throws IOException {
        Path most = Path.of("/proc/sys/net/netfilter/nf_conntrack_max"); // there once something tracks connections
        long connections = Files.exists(most) ? Ip.setting(most) : 65_536;
        return text("machine.nft")
                        .replace("GATE", gate.name())
                        .replace("OUT", Integer.toString(gate.out()))
                        .replace("HOUSE", Integer.toString(gate.house()))
                        .replace("CONNECTIONS", Long.toString(connections / 4 * 3))
                + exceptions();
    }

    /** Without the comments, so that a word in them is nothing to be replaced. */
    private String text(String resource) throws IOException {
        try (InputStream text = Network.class.getResourceAsStream(resource)) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8)
                    .replaceAll("(?m)^ *#.*\n", "")
                    .replace("INSTANCE", table);
        }
    }

    private String exceptions() throws IOException {
        return elements("resolvers", Outside.resolvers()) + elements("open", open);
    }

    private String elements(String set, List<String> addresses) {
        StringBuilder lines = new StringBuilder();
        for (String address : addresses)
            lines.append(
                    "add element inet %s %s%d { %s }\n".formatted(table, set, address.contains(":") ? 6 : 4, address));
        return lines.toString();
    }

    private String elements(Map<Slot, Limits> tenants) {
        StringBuilder lines = new StringBuilder();
        tenants.forEach((slot, limits) -> lines.append(elements(slot, limits.of(Limit.CONNECTIONS))));
        return lines.toString();
    }

    /** What is there already stays as it is, with what it counted. */
    private String elements(Slot slot, long connections) {
        return """
                add element inet %1$s source4 { %2$s . %3$s }
                add element inet %1$s source6 { %2$s . %4$s }
                add element inet %1$s connections { %2$s ct count over %5$d }
                add element inet %1$s counts { %2$s . 1, %2$s . 2, %2$s . 3, %2$s . 4, %2$s . 5 }
                """.formatted(table, slot.link(), slot.address4(), slot.address6(), connections);
    }
}
