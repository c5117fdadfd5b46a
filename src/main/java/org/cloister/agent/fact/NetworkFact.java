package org.cloister.agent.fact;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloister.agent.network.Network;
import org.cloister.agent.network.Stray;
import org.cloister.agent.sandbox.ProcFiles;
import org.cloister.agent.sandbox.Tenants.Living;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;
import org.cloister.protocol.Slot;

/** What a tenant may send and receive as whom: its own end of the link, and the rules that no tenant can reach. */
final class NetworkFact implements Fact {

    /** In /proc/PID/net/fib_trie an address stands in the line before what it is. */
    private static final Pattern LOCAL = Pattern.compile("\\|-- ([0-9.]+)\\s+/32 host LOCAL");

    private final Network network;

    NetworkFact(Network network) {
        this.network = network;
    }

    @Override
    public String name() {
        return "network";
    }

    @Override
    public String says() {
        return "A tenant has one link and its own addresses alone; the machine's rules and routes, and the rates both ways,"
                + " are, part by part, those that close it off from its neighbours.";
    }

    @Override
    public long look(Moment moment, Findings findings) throws IOException {
        for (Stray stray : network.strays(limits(moment)))
            findings.add(owner(moment, stray.what()), stray.what(), stray.expected(), stray.found());
        long looked = 0;
        Map<Integer, Long> rates =
                network.sending(moment.tenants().stream().map(Living::pid).toList());
        for (Living tenant : moment.tenants()) {
            if (moment.of(tenant).isEmpty()) continue;
            looked++;
            String name = tenant.spec().name();
            Slot slot = new Slot(tenant.spec().slot());
            findings.unlessEqual(name, "links", Set.of("eth0", "lo"), links(tenant.pid()));
            findings.unlessEqual(
                    name,
                    "what it sends at most, bytes a second (0: no limit)",
                    tenant.spec().limits().of(Limit.SEND),
                    rates.getOrDefault(tenant.pid(), 0L));
            Set<String> four = addresses4(tenant.pid());
            findings.unlessEqual(name, "IPv4 addresses", new TreeSet<>(Set.of("127.0.0.1", slot.address4())), four);
            Set<String> six = addresses6(tenant.pid());
            if (!six.isEmpty()) // switched off on this machine
            findings.unlessEqual(name, "IPv6 addresses", new TreeSet<>(Set.of(hex("::1"), hex(slot.address6()))), six);
        }
        return looked;
    }

    private static Map<Slot, Limits> limits(Moment moment) {
        Map<Slot, Limits> limits = new LinkedHashMap<>();
        for (Living tenant : moment.all())
            limits.put(new Slot(tenant.spec().slot()), tenant.spec().limits());
        return limits;
    }

    /** What names one tenant's link is that tenant's; the rest is everybody's. */
    private static String owner(Moment moment, String what) {
        for (Living tenant : moment.all())
            if (what.matches(".*\\b" + new Slot(tenant.spec().slot()).link() + "\\b.*"))
                return tenant.spec().name();
        return Finding.HOST;
    }

    private static Set<String> links(int pid) throws IOException {
        Set<String> links = new TreeSet<>();
        for (String line : ProcFiles.lines(pid, "net/dev"))
            if (line.contains(":") && !line.contains("|")) links.add(line.substring(0, line.indexOf(':')));
        return links;
    }

    private static Set<String> addresses4(int pid) throws IOException {
        Set<String> addresses = new TreeSet<>();
        Matcher matcher = LOCAL.matcher(ProcFiles.whole(pid, "net/fib_trie"));
        while (matcher.find()) addresses.add(matcher.group(1));
        return addresses;
    }

    private static Set<String> addresses6(int pid) throws IOException {
        Set<String> addresses = new TreeSet<>();
        for (String line : ProcFiles.lines(pid, "net/if_inet6")) addresses.add(line.split(" ")[0]);
        return addresses;
    }

    /** As /proc/PID/net/if_inet6 writes an address. */
    private static String hex(String address) throws IOException {
        return java.util.HexFormat.of()
                .formatHex(java.net.InetAddress.getByName(address).getAddress());
    }
}
