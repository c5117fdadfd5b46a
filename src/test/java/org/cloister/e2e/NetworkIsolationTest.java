package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What crosses the links of Bob and Eve, and what does not. What Eve sends is sent in her network namespace by root of the
 * machine, who may make any packet: more than she herself may under her filter.
 */
class NetworkIsolationTest {

    private static Instance instance;
    private static TenantHandle bob;
    private static TenantHandle eve;
    private static Internet internet;

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        bob = instance.tenant("bob");
        eve = instance.tenant("eve");
        internet = new Internet(instance.firstSlot());
    }

    @AfterAll
    static void leave() {
        if (internet != null) internet.close();
        if (bob != null) bob.close();
        if (eve != null) eve.close();
    }

    /** Bob's addresses, the machine's own, and what lies in closed ranges. */
    private static List<String> closed() throws IOException {
        List<String> closed = new ArrayList<>(List.of(address4(bob), address6(bob)));
        for (JsonNode link :
                Instance.JSON.readTree(Command.run("ip", "-j", "addr").orFail().out()))
            for (JsonNode address : link.get("addr_info"))
                if (!address.get("scope").asText().equals("host")
                        && !address.get("local").asText().startsWith("fe80"))
                    closed.add(address.get("local").asText());
        closed.addAll(List.of("169.254.169.254", "10.0.0.1", "192.168.0.1", "172.16.0.1", "100.64.0.0", "100.100.1.1"));
        closed.addAll(List.of("fd00::1", "fdc1:157e:4000::", "2002:7f00:1::1", "::ffff:127.0.0.1", "ff02::1%eth0"));
        return closed;
    }

    /** What its table holds at this moment, for whoever has to find out why a test failed. */
    private static String hub() {
        return Command.run(Internet.in(hubPath(), "nft", "list", "ruleset").toArray(String[]::new))
                .out();
    }

    private static String address4(TenantHandle tenant) {
        return tenant.show().get("address4").asText();
    }

    private static String address6(TenantHandle tenant) {
        return tenant.show().get("address6").asText();
    }

    @Test
    void neitherBobNorTheMachineNorTheHouseHearsEve() throws IOException {
        var bobs = internet.listener(Internet.of(bob), 7701);
        var machines = internet.listener(Internet.MACHINE, 7701);
        var outside = internet.listener(Internet.itself(), 7701);
        String[] targets = closed().toArray(String[]::new);
        assertEquals(
                "", Internet.python(Internet.of(eve), CALL, targets), () -> "what answered; the hub holds " + hub());
        // The owner's own access: Bob hears himself, and the internet hears Eve, under the machine's name.
        Internet.python(Internet.of(bob), CALL, address4(bob), address6(bob));
        Internet.python(Internet.of(eve), CALL, Internet.FOUR, Internet.SIX);
        assertEquals(List.of(address4(bob) + " 2", address6(bob) + " 2"), bobs.heard(4));
        assertEquals(List.of(), machines.heard());
        assertEquals(List.of("198.51.100.1 2", "2001:db8:77::1 2"), outside.heard(4));
    }

    @Test
    void aPacketWithASourceThatIsNotEvesGoesNowhereAndIsCounted() {
        var heard = internet.listener(Internet.itself(), 7702);
        limit(Map.of("connections", 100_000)); // a scan before this test has used hers up for half a minute
        long before = count(eve, 3);
        for (String source : List.of(address4(bob), "192.0.2.77", Internet.FOUR, "127.0.0.1", "0.0.0.0"))
            Internet.python(Internet.of(eve), SEND, source, Internet.FOUR, "7702", "20");
        for (String source : List.of(address6(bob), "2001:db8::77", "fe80::1", Internet.SIX, "::"))
            Internet.python(Internet.of(eve), SEND, source, Internet.SIX, "7702", "20");
        // What a test before this one forged may be counted late.
        Eventually.holds(() -> assertTrue(count(eve, 3) - before >= 200, count(eve, 3) - before + " of 200"));
        Internet.python(Internet.of(eve), SEND, address4(eve), Internet.FOUR, "7702", "3");
        Internet.python(Internet.of(eve), SEND, address6(eve), Internet.SIX, "7702", "4");
        assertEquals(List.of("198.51.100.1 3", "2001:db8:77::1 4"), heard.heard(7), "her own go");
        limit(Map.of("connections", 2000));
    }

    @Test
    void nothingOpensWhileRulesAreFlushedLimitsChangedAndTheAgentKilled() throws Exception {
        var bobs = internet.listener(Internet.of(bob), 7703);
        var machines = internet.listener(Internet.MACHINE, 7703);
        var outside = internet.listener(Internet.itself(), 7703);
        List<String> targets = new ArrayList<>(closed());
        targets.removeIf(target -> target.contains("%"));
        List<String> spray = Internet.in(Internet.of(eve), "python3", "-c", SPRAY, "7703", address4(bob));
        spray.addAll(targets);
        Process tight = new ProcessBuilder(spray).inheritIO().start();
        try {
            for (int i = 0; i < 5; i++) {
                Eventually.holds(() -> Command.run("nft", "delete", "table", "inet", instance.name())
                        .orFail()); // once it is back
                TimeUnit.MILLISECONDS.sleep(600);
                Command.run("nft", "flush", "table", "inet", instance.name());
                TimeUnit.MILLISECONDS.sleep(600);
                limit(Map.of("connections", 1000 + i));
            }
            Command.run("kill", "-KILL", Long.toString(Machine.pid(instance, "agent")))
                    .orFail();
            Command.run("nft", "delete", "table", "inet", instance.name());
            Command.run(
                            List.of(Path.of("ops/up").toAbsolutePath().toString()),
                            Map.of("CLOISTER_INSTANCE", instance.name()),
                            new byte[0],
                            Duration.ofMinutes(10))
                    .orFail();
            assertTrue(tight.isAlive(), "she sends all the while");
        } finally {
            tight.destroy();
        }
        Eventually.holds(() -> assertTrue(Internet.python(Internet.of(eve), CALL.replace("7701", "7703"), Internet.FOUR)
                .contains("open")));
        assertEquals(List.of(), bobs.heard());
        assertEquals(List.of(), machines.heard());
        assertTrue(outside.heard().getFirst().startsWith("198.51.100.1 "), "the internet is hers again");
    }

    @Test
    void aFlushedFirewallIsBackInAMoment() throws Exception {
        Quickest.isBelow(3_000, () -> {
            Eventually.holds(() -> Command.run("nft", "delete", "table", "inet", instance.name())
                    .orFail());
            long began = System.nanoTime();
            Eventually.holds(() -> Command.run("nft", "list", "chain", "inet", instance.name(), "translate")
                    .orFail());
            long millis = (System.nanoTime() - began) / 1_000_000;
            System.out.printf("flushed firewall back after %d ms%n", millis);
            return millis;
        });
    }

    @Test
    void evesRouterAdvertisementsMoveNobodysRoutes() {
        List<String> before = settledWays();
        Internet.python(Internet.of(eve), ADVERTISE);
        Eventually.holds(() -> assertEquals(before, ways())); // what is advertised would stay for a day
    }

    /** A link that has just come up gets its own address some time later. */
    private static List<String> settledWays() {
        List<List<String>> last = new ArrayList<>(List.of(List.of()));
        Eventually.holds(() -> {
            List<String> before = last.set(0, ways());
            Eventually.pause(1_500);
            assertEquals(before, ways());
        });
        return last.getFirst();
    }

    /** Routes and addresses of IPv6: the machine's, the hub's (by which everybody's packets go), and Bob's. */
    private static List<String> ways() {
        List<String> ways = new ArrayList<>();
        // An address is tentative for a moment, and what a router of the house's announced expires.
        for (String place :
                List.of(Internet.MACHINE, instance.run().resolve("network").toString()))
            for (String what : List.of("route", "addr"))
                ways.add(Command.run(Internet.in(place, "ip", "-6", "-o", what, "show")
                                .toArray(String[]::new))
                        .orFail()
                        .out()
                        .replaceAll("tentative |(expires|valid_lft|preferred_lft) \\w+", ""));
        // Of a route all but how many hold it and how often it was used, which the seventh and eighth say.
        ways.add(bob.ssh("awk '{ $7 = $8 = \"\"; print }' /proc/net/ipv6_route; cat /proc/net/if_inet6")
                .orFail()
                .out());
        return ways;
    }

    @Test
    void aScanOfEvesDoesNotFillTheNeighbourTableThatAllShare() throws IOException {
        long four = neighbours("arp_cache");
        long six = neighbours("ndisc_cache");
        Internet.python(
                Internet.of(eve),
                SCAN,
                Command.run("ip", "-j", "-4", "route").orFail().out(),
                Command.run("ip", "-j", "-6", "route").orFail().out());
        long foursAfter = neighbours("arp_cache");
        long sixesAfter = neighbours("ndisc_cache");
        // 224.0.0.0/24 and the broadcast address, asked for on the link itself, are all that has an entry each, now and
        // then
        // a second one; without the routes it is an entry for each of two thousand.
        assertTrue(foursAfter - four <= 2 * 257 + 200, "IPv4: " + (foursAfter - four) + " entries");
        assertTrue(sixesAfter - six < 200, "IPv6: " + (sixesAfter - six) + " entries");
    }

    @Test
    void connectionsStopAtEvesLimitWhichChangesWhileSheRuns() {
        var outside = internet.listener(Internet.itself(), 7704);
        long refused = count(eve, 5);
        limit(Map.of("connections", 20));
        forget(eve);
        assertEquals("20", Internet.python(Internet.of(eve), MANY, "60", "10"));
        Eventually.holds(() -> assertTrue(count(eve, 5) - refused >= 40, "counted"));
        assertEquals("60", Internet.python(Internet.of(bob), MANY, "60", "60"), "Bob's are his own");
        limit(Map.of("connections", 2000));
        assertEquals("60", Internet.python(Internet.of(eve), MANY, "60", "60"));
        outside.heard();
    }

    @Test
    void connectionsThatEveLeavesOpenAreForgottenWhenSheStopsAndNobodyElses() throws IOException {
        var outside = internet.listener(Internet.itself(), 7705);
        limit(Map.of("connections", 2000));
        Process bobs = holding(bob, 1);
        Process eves = holding(eve, 250);
        try {
            for (String place : List.of(Internet.MACHINE, hubPath()))
                Eventually.holds(
                        () -> { // the last word of a handshake may be on its way
                            assertEquals(500, remembered(place, eve), place);
                            assertEquals(2, remembered(place, bob), place);
                        });
            instance.change("POST", "/tenants/eve/stop", null).expect(200);
            for (String place : List.of(Internet.MACHINE, hubPath())) {
                assertEquals(0, remembered(place, eve), place);
                assertEquals(2, remembered(place, bob), place);
            }
        } finally {
            bobs.destroyForcibly();
            eves.destroyForcibly();
            instance.change("POST", "/tenants/eve/start", null).expect(200);
        }
        outside.heard();
    }

    /** What earlier tests of hers left, which counts for minutes. */
    private static void forget(TenantHandle tenant) {
        for (String address : List.of(address4(tenant), address6(tenant)))
            Command.run(Internet.in(hubPath(), "conntrack", "-D", "-s", address).toArray(String[]::new));
    }

    /** So many connections of each family, open while it lives. */
    private static Process holding(TenantHandle tenant, int each) throws IOException {
        Process process = new ProcessBuilder(
                        Internet.in(Internet.of(tenant), "python3", "-u", "-c", HOLD, Integer.toString(each)))
                .start();
        assertEquals("held", process.inputReader().readLine());
        return process;
    }

    /** How many TCP connections of a tenant's a network namespace keeps track of. */
    private static long remembered(String namespace, TenantHandle tenant) {
        String six = String.join(
                ":",
                java.util.HexFormat.of().formatHex(address(address6(tenant))).split("(?<=\\G.{4})"));
        return Command.run(
                        Internet.in(namespace, "cat", "/proc/net/nf_conntrack").toArray(String[]::new))
                .orFail()
                .out()
                .lines()
                .filter(line -> line.contains(" ESTABLISHED src=" + address4(tenant) + " ")
                        || line.contains(" ESTABLISHED src=" + six + " "))
                .count();
    }

    private static byte[] address(String text) {
        try {
            return java.net.InetAddress.getByName(text).getAddress();
        } catch (java.net.UnknownHostException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String hubPath() {
        return instance.run().resolve("network").toString();
    }

    @Test
    void ratesHoldBothWaysAndChangeWhileSheRuns() throws Exception {
        Process server = new ProcessBuilder(Internet.in(Internet.itself(), "python3", "-c", TRANSFER_SERVER)).start();
        try {
            double free = free("without a limit");
            limit(Map.of("sendBytes", 1_000_000, "receiveBytes", 2_000_000));
            double sent = Double.parseDouble(Internet.python(Internet.of(eve), TRANSFER, "send"));
            double received = Double.parseDouble(Internet.python(Internet.of(eve), TRANSFER, "receive"));
            System.out.printf(
                    "rates: free %.0f, sent %.0f of 1000000, received %.0f of 2000000%n", free, sent, received);
            assertTrue(sent < 1.1e6 && sent > 0.1e6, "sent " + sent);
            assertTrue(received < 2.2e6 && received > 0.1e6, "received " + received);
            assertNotEquals(0, eve.ssh("ip link set eth0 mtu 9000").exit(), "she cannot change her end");
            limit(Map.of("sendBytes", 0, "receiveBytes", 0));
            free("without a limit again");
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    /** Three times as fast as the limit; a machine that has much to do may need several tries. */
    private static double free(String when) {
        double[] rate = new double[1];
        Eventually.holds(() -> {
            rate[0] = Double.parseDouble(Internet.python(Internet.of(eve), TRANSFER, "send"));
            assertTrue(rate[0] > 3e6, when + " " + rate[0]);
        });
        return rate[0];
    }

    private static void limit(Map<String, ? extends Number> limits) {
        instance.limit("eve", limits);
    }

    /** What the hub counted of a tenant's packets; the mark says which ({@code hub.nft}). */
    private static long count(TenantHandle tenant, int mark) {
        String set = Command.run(Internet.in(
                                instance.run().resolve("network").toString(),
                                "nft",
                                "list",
                                "set",
                                "inet",
                                instance.name(),
                                "counts")
                        .toArray(String[]::new))
                .orFail()
                .out();
        var element = java.util.regex.Pattern.compile("\"ct"
                        + tenant.show().get("slot").asInt() + "\" \\. 0x0000000" + mark + " counter packets (\\d+)")
                .matcher(set);
        assertTrue(element.find(), set);
        return Long.parseLong(element.group(1));
    }

    /**
     * Entries that were made so far in all network namespaces, the second number of a line for each processor. (How many
     * there are, the first, says little: the kernel throws old ones away as it needs room.)
     */
    private static long neighbours(String cache) throws IOException {
        return Files.readAllLines(Path.of("/proc/net/stat", cache)).stream()
                .skip(1)
                .mapToLong(line -> Long.parseLong(line.strip().split("\\s+")[1], 16))
                .sum();
    }

    /** A datagram and a connection to port 7701 of each; names those that were open. */
    private static final String CALL = """
            import socket, sys
            OPEN = 'FOUR', 'SIX' # a machine that has much to do may take its time for these
            for address in sys.argv[1:]:
                where = socket.getaddrinfo(address, 7701)[0]
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    try:
                        s = socket.socket(where[0], kind)
                        s.settimeout(10 if address in OPEN else 1)
                        s.connect(where[4])
                        if kind == socket.SOCK_DGRAM: s.send(b'x')
                        else: print(address, 'open')
                    except OSError: pass
            """.replace("FOUR", Internet.FOUR).replace("SIX", Internet.SIX);

    /** Frames on the tenant's own link, built by hand. */
    private static final String FRAMES = """
            import socket, struct, sys, time
            link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            link.bind(('eth0', 0))
            def summed(data):
                data += b'\\0' * (len(data) % 2)
                total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
                while total >> 16: total = (total & 0xffff) + (total >> 16)
                return ~total & 0xffff
            def frame(source, target, protocol, body, at):
                if ':' in target:
                    ends = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, target)
                    check = summed(ends + struct.pack('!II', len(body), protocol) + body)
                    body = body[:at] + struct.pack('!H', check) + body[at + 2:]
                    return bytes.fromhex('02000000000102000000000186dd') + struct.pack(
                        '!IHBB', 6 << 28, len(body), protocol, 255) + ends + body
                head = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(body), 7, 0, 64, protocol, 0)
                ends = socket.inet_aton(source) + socket.inet_aton(target)
                head = head[:10] + struct.pack('!H', summed(head + ends))
                return bytes.fromhex('0200000000010200000000010800') + head + ends + body
            def datagram(source, target, port):
                return frame(source, target, 17, struct.pack('!HHHH', 5000, port, 12, 0) + b'evil', 6)
            """;

    private static final String SEND = FRAMES + """
            source, target, port, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
            for _ in range(count): link.send(datagram(source, target, port))
            time.sleep(0.2)
            """;

    /** Without end, as fast as it goes: her own and Bob's source to every target. */
    private static final String SPRAY = FRAMES + """
            port, bob, targets = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
            four = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            frames = [datagram(bob, target, port) for target in targets if not ':' in target]
            while True:
                for target in targets:
                    try: (six if ':' in target else four).sendto(b'x', (target, port))
                    except OSError: pass
                for each in frames:
                    try: link.send(each)
                    except OSError: pass
                time.sleep(0.001)
            """;

    private static final String ADVERTISE = FRAMES + """
            prefix = struct.pack('!BBBBIII', 3, 4, 64, 0xc0, 86400, 86400, 0)
            prefix += socket.inet_pton(socket.AF_INET6, '2001:db8:bad::')
            body = struct.pack('!BBHBBHII', 134, 0, 0, 64, 0, 1800, 0, 0) + prefix
            for target in ('ff02::1', 'fe80::1'):
                for source in ('fe80::bad', 'fe80::1'):
                    for _ in range(20): link.send(frame(source, target, 58, body, 2))
            time.sleep(0.5)
            """;

    /** Thousands of addresses: the machine's own networks, Bob's, multicast, and any. */
    private static final String SCAN = """
            import ipaddress, json, socket, sys
            routes = json.loads(sys.argv[1]) + json.loads(sys.argv[2])
            networks = [r['dst'] for r in routes if 'gateway' not in r and '/' in r['dst'] and r['dst'][:4] != 'fe80']
            networks += ['100.64.0.0/20', '224.0.0.0/22', '203.0.113.0/24', 'fdc1:157e:4000::/116', '2001:db8:5::/64']
            networks += ['ff05::/64']
            four = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            networks += ['fe80::/64', 'ff02::/64']
            def scan():
                for network in networks:
                    for number, address in enumerate(ipaddress.ip_network(network)):
                        if number == 1500: break
                        try: (six if ':' in network else four).sendto(b'x', (str(address), 9))
                        except OSError: pass
            scan()
            for s in (four, six): s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b'eth0')
            scan()
            """;

    /** How many connections of so many can be held at a time: all are begun at once, and have so many seconds. */
    private static final String MANY = """
            import select, socket, sys, time
            poll = select.poll()
            sockets = {}
            for _ in range(int(sys.argv[1])):
                s = socket.socket()
                s.setblocking(False)
                s.connect_ex(('198.51.100.9', 7704))
                sockets[s.fileno()] = s
                poll.register(s, select.POLLOUT)
            held = 0
            end = time.monotonic() + int(sys.argv[2])
            while sockets and time.monotonic() < end:
                for number, _ in poll.poll(500):
                    poll.unregister(number)
                    s = sockets.pop(number)
                    if s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0: held += 1
                    globals()[f's{number}'] = s
            print(held)
            """;

    private static final String HOLD = """
            import socket, sys
            held = [socket.create_connection((a, 7705)) for a in ('198.51.100.9', '2001:db8:77::9') for _ in range(int(sys.argv[1]))]
            print('held')
            sys.stdin.read()
            """;

    private static final String TRANSFER_SERVER = """
            import socket, threading
            def serve(port, work):
                s = socket.create_server(('', port))
                while True:
                    connection, _ = s.accept()
                    threading.Thread(target=work, args=(connection,)).start()
            def sink(connection):
                while connection.recv(65536): pass
                connection.send(b'k')
            def source(connection):
                connection.sendall(bytes(4000000))
                connection.close()
            threading.Thread(target=serve, args=(7707, sink)).start()
            serve(7708, source)
            """;

    /** Bytes a second of four million. */
    private static final String TRANSFER = """
            import socket, sys, time
            send = sys.argv[1] == 'send'
            for _ in range(600):
                try:
                    s = socket.create_connection(('198.51.100.9', 7707 if send else 7708))
                    break
                except ConnectionRefusedError: time.sleep(0.1)
            began = time.monotonic()
            if send:
                s.sendall(bytes(4000000))
                s.shutdown(socket.SHUT_WR)
                s.recv(1)
            else:
                while s.recv(65536): pass
            print(4000000 / (time.monotonic() - began))
            """;
}
