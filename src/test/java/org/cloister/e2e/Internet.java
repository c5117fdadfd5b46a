package org.cloister.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * An internet of the test's own: a network namespace behind a second link of this machine, to which tenants are let out
 * as they are to the real one. It answers at {@link #FOUR} and {@link #SIX}.
 */
final class Internet implements AutoCloseable {

    /** Addresses for examples (RFC 5737, RFC 3849), which are not closed to tenants. */
    static final String FOUR = "198.51.100.9";

    static final String SIX = "2001:db8:77::9";

    private static final String NAME = "cloistertest";

    private final List<Process> servers = new ArrayList<>();
    private final FileChannel alone;
    private final String table;

    /** Waits while tests of another instance have it: there is one on a machine. */
    Internet(int firstSlot) {
        try {
            alone = FileChannel.open(
                    Path.of("/run/lock/cloister-test-internet"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            alone.lock();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        remove();
        table = routingTable("ctgate" + firstSlot);
        for (String line : """
                ip netns add cloistertest
                ip link add inet0 type veth peer name eth0 netns cloistertest
                ip addr add 198.51.100.1/24 dev inet0
                ip addr add 2001:db8:77::1/64 dev inet0 nodad
                ip link set inet0 up
                ip -n cloistertest link set lo up
                ip -n cloistertest addr add 198.51.100.9/24 dev eth0
                ip -n cloistertest addr add 2001:db8:77::9/64 dev eth0 nodad
                ip -n cloistertest link set eth0 up
                ip route add 198.51.100.9 dev inet0 table TABLE
                ip -6 route add 2001:db8:77::9 dev inet0 table TABLE
                sysctl -q -w net.ipv4.conf.inet0.forwarding=1
                """.replace("TABLE", table).lines().toList())
            Command.run(line.split(" ")).orFail();
        // Not there before Linux 6.17, where the whole machine forwards IPv6.
        Command.run("sysctl", "-q", "-w", "net.ipv6.conf.inet0.force_forwarding=1");
        Eventually.holds(Internet::isUp);
    }

    /** The kernel notices some time after both ends are up that the link has a carrier; until then IPv6 goes nowhere. */
    private static void isUp() {
        for (String look : List.of("ip addr show dev inet0", "ip -n cloistertest addr show dev eth0")) {
            String shown = Command.run(look.split(" ")).orFail().out();
            if (!shown.contains(" state UP ") || shown.contains(" tentative")) throw new AssertionError(shown);
        }
    }

    /** The table that packets of tenants are routed by, as the machine's rules show it. */
    private static String routingTable(String gate) {
        try {
            for (JsonNode rule : Instance.JSON.readTree(
                    Command.run("ip", "-j", "rule").orFail().out()))
                if (rule.path("iif").asText().equals(gate)
                        && rule.path("table").asText().matches("\\d+"))
                    return rule.get("table").asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError("no routing rule for " + gate);
    }

    /** A program of the machine's as root in another network namespace, with more rights than a tenant's root has. */
    static List<String> in(String namespace, String... command) {
        List<String> words = new ArrayList<>(List.of("nsenter", "--net=" + namespace, "--"));
        words.addAll(List.of(command));
        return words;
    }

    static String of(TenantHandle tenant) {
        return "/proc/" + tenant.namespaces().get("initPid").asLong() + "/ns/net";
    }

    static String itself() {
        return "/run/netns/" + NAME;
    }

    static final String MACHINE = "/proc/self/ns/net";

    /** Python in a network namespace, to its end; what it printed. */
    static String python(String namespace, String program, String... arguments) {
        List<String> words = in(namespace, "python3", "-c", program);
        words.addAll(List.of(arguments));
        return Command.run(words, new byte[0], Command.LONG).orFail().out().strip();
    }

    /** Listens until it is asked for the sum: every UDP datagram, and every connection, with its source. */
    Listener listener(String namespace, int port) {
        try {
            Process process = new ProcessBuilder(in(namespace, "python3", "-u", "-c", LISTEN, Integer.toString(port)))
                    .redirectErrorStream(true)
                    .start();
            servers.add(process);
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            String ready = out.readLine();
            if (!"ready".equals(ready)) throw new AssertionError("the listener says " + ready);
            return new Listener(process, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    record Listener(Process process, BufferedReader out) {

        /** Ends it: one line a source, with how many times it was heard. */
        List<String> heard() {
            return heard(0);
        }

        /** @param least how many are on their way, and are waited for */
        List<String> heard(int least) {
            try (var orders = process.outputWriter()) {
                orders.write(least + "\n");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return out.lines().toList();
        }
    }

    private static final String LISTEN = """
            import collections, select, socket, sys
            port = int(sys.argv[1])
            heard = collections.Counter()
            sockets = []
            for family in (socket.AF_INET, socket.AF_INET6):
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    s = socket.socket(family, kind)
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    if family == socket.AF_INET6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                    s.bind(('', port))
                    if kind == socket.SOCK_STREAM: s.listen(4096)
                    sockets.append(s)
            kept = []
            print('ready')
            ending = None
            while True:
                patience = None if ending is None else 1 if sum(heard.values()) >= ending else 60
                ready, _, _ = select.select(sockets if ending is not None else sockets + [sys.stdin], [], [], patience)
                if ending is not None and not ready: break
                for s in ready:
                    if s is sys.stdin:
                        ending = int(sys.stdin.readline())
                        continue
                    if s.type == socket.SOCK_DGRAM:
                        heard[s.recvfrom(2048)[1][0]] += 1
                    else:
                        connection, source = s.accept()
                        kept.append(connection)
                        heard[source[0]] += 1
            for source, count in sorted(heard.items()): print(source, count)
            """;

    @Override
    public void close() {
        for (Process server : servers) server.destroyForcibly();
        for (String six : List.of("-4", "-6"))
            Command.run("ip", six, "route", "del", six.equals("-4") ? FOUR : SIX, "table", table);
        remove();
        try {
            alone.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Also what a killed test left. */
    private static void remove() {
        Command.run("ip", "link", "delete", "inet0");
        Command.run("ip", "netns", "delete", NAME);
    }
}
