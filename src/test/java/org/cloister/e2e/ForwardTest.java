package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where -L, -D and -W of OpenSSH's client lead: into the tenant and nowhere else. */
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // what is never ended would be read for ever
class ForwardTest {

    private static final int PORT = 8000;
    private static final int MEBIBYTE = 1 << 20;

    private static Instance instance;
    private static TenantHandle alice;
    private static TenantHandle bob;

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        alice = instance.tenant("alice");
        bob = instance.tenant("bob");
        Echo.serve(alice, "0.0.0.0", PORT);
        Echo.serve(bob, "0.0.0.0", PORT);
    }

    @AfterAll
    static void leave() {
        for (TenantHandle tenant : new TenantHandle[] {alice, bob}) if (tenant != null) tenant.close();
    }

    /** What -W gives of a place, asked from Alice's connection. */
    private static Command.Outcome ask(String target) {
        return Command.run(alice.sshCommand(List.of("-W", target)), "hello\n".getBytes(), Command.LONG);
    }

    private static void assertClosed(String target) {
        Command.Outcome outcome = ask(target);
        assertEquals(255, outcome.exit(), target + ": " + outcome);
        assertEquals("", outcome.out(), target);
    }

    private static void assertAlicesOwnIsOpen() {
        assertEquals("hello\n", ask("127.0.0.1:" + PORT).orFail().out());
    }

    @Test
    void noPortOfTheMachinesLoopbackIsReached() throws IOException {
        try (ServerSocket service = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            service.setSoTimeout(1);
            assertClosed("127.0.0.1:" + service.getLocalPort());
            assertClosed("localhost:" + service.getLocalPort());
            assertThrowsTimeout(service);
            assertAlicesOwnIsOpen();
        }
    }

    private static void assertThrowsTimeout(ServerSocket service) throws IOException {
        try (Socket came = service.accept()) {
            throw new AssertionError("a connection came to the machine from " + came.getRemoteSocketAddress());
        } catch (java.net.SocketTimeoutException nobody) {
            // as it should be
        }
    }

    @Test
    void neitherPagesNorDoorOfTheManagerAreReached() {
        assertClosed("127.0.0.1:" + instance.url().getPort());
        assertClosed("127.0.0.1:" + instance.sshPort());
        assertAlicesOwnIsOpen();
    }

    @Test
    void noneOfTheMachinesAddressesIsReached() throws Exception {
        try (ServerSocket service = new ServerSocket(0)) {
            service.setSoTimeout(1);
            for (NetworkInterface link : NetworkInterface.networkInterfaces().toList())
                for (InetAddress address : link.inetAddresses().toList())
                    if (!address.isLinkLocalAddress() && !isTheMachinesUplink(address))
                        assertClosed(
                                "[" + address.getHostAddress().replaceAll("%.*", "") + "]:" + service.getLocalPort());
            assertThrowsTimeout(service);
        }
    }

    /** Its own network is not to be scanned. */
    private static boolean isTheMachinesUplink(InetAddress address) {
        return address.getHostAddress().startsWith("192.0.2.");
    }

    @Test
    void noServiceOfAnotherTenantIsReached() {
        String address = bob.show().get("address4").asText();
        assertClosed(address + ":" + PORT);
        try (Tunnel bobs = new Tunnel(bob)) {
            assertEquals(
                    "hello",
                    bobs.netcat("hello".getBytes(), address + ":" + PORT)
                            .orFail()
                            .out());
        }
    }

    @Test
    void neitherMetadataNorTheHouseIsReached() {
        assertClosed("169.254.169.254:80");
        assertClosed("10.0.0.1:80");
    }

    @Test
    void noSocketInTheMachinesFileSystemIsReached() throws IOException {
        Path directory = Files.createTempDirectory("ct");
        Path socket = directory.resolve("s");
        try (ServerSocketChannel service = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                Tunnel tunnel = new Tunnel(alice)) {
            service.bind(UnixDomainSocketAddress.of(socket));
            service.configureBlocking(false);
            for (Path there : List.of(socket, instance.run().resolve("agent/agent.sock"))) {
                assertTrue(Files.exists(there), there + " is there");
                assertEquals("", throughPath(tunnel, there.toString()), there.toString());
            }
            assertEquals(null, service.accept());
            Echo.serve(alice, "/root/echo.sock");
            assertEquals("hello", throughPath(tunnel, "/root/echo.sock"));
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(directory);
        }
    }

    @Test
    void aSocketThatTheUserMayNotOpenStaysClosed() {
        alice.ssh("id -u worker >/dev/null 2>&1 || useradd -m worker").orFail();
        Echo.serve(alice, "/root/private.sock");
        alice.ssh("chmod 700 /root").orFail();
        try (Tunnel root = new Tunnel(alice);
                Tunnel worker = new Tunnel(alice, "alice+worker", null)) {
            assertEquals("", throughPath(worker, "/root/private.sock"));
            assertEquals("hello", throughPath(root, "/root/private.sock"));
        }
    }

    @Test
    void aNameThatIsNoneLeadsNowhere() {
        try (Tunnel tunnel = new Tunnel(alice)) {
            for (String name : List.of("nobody.invalid", "-x", "a".repeat(300), "%s%s%n", "1.2.3"))
                assertEquals(
                        "", tunnel.netcat("hello".getBytes(), name + ":" + PORT).out(), name);
            assertEquals(
                    "hello",
                    tunnel.netcat("hello".getBytes(), "localhost:" + PORT)
                            .orFail()
                            .out());
        }
    }

    /** What comes back when "hello" is sent to a path of the tenant's; nothing where that is closed. */
    private static String throughPath(Tunnel tunnel, String path) {
        Path local = tunnel.path("local" + System.nanoTime()); // ssh leaves it behind
        tunnel.forward("-L", local + ":" + path).orFail();
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(local))) {
            channel.write(ByteBuffer.wrap("hello".getBytes()));
            channel.shutdownOutput();
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException refused) {
            return "";
        } finally {
            tunnel.cancel("-L", local + ":" + path);
        }
    }

    @Test
    void aConnectionIsEightBitCleanAndEndsEachWayByItself() throws Exception {
        byte[] random = new byte[4 * MEBIBYTE];
        new Random(3).nextBytes(random);
        try (Tunnel tunnel = new Tunnel(alice)) {
            int port = freePort();
            tunnel.forward("-L", port + ":localhost:" + PORT).orFail();
            try (Socket socket = new Socket("127.0.0.1", port)) {
                Thread feeder = Thread.ofPlatform().start(() -> {
                    try {
                        socket.getOutputStream().write(random);
                        socket.shutdownOutput();
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
                // The echo says its last word only after it has read the end of file.
                assertArrayEquals(random, socket.getInputStream().readAllBytes());
                feeder.join();
            }
        }
    }

    @Test
    void whatIsSentAfterTheOtherSideIsDoneArrives() throws Exception {
        alice.ssh("rm -f /tmp/late").orFail();
        Echo.perl(
                alice,
                "$l = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 8001, Listen => 1, ReuseAddr => 1);",
                "$c = $l->accept; shutdown($c, 1); $n += $r while $r = sysread($c, $b, 65536);",
                "open F, '>/tmp/late.new'; print F $n; close F; rename '/tmp/late.new', '/tmp/late';");
        try (Tunnel tunnel = new Tunnel(alice)) {
            int port = freePort();
            tunnel.forward("-L", port + ":127.0.0.1:8001").orFail();
            try (Socket socket = new Socket("127.0.0.1", port)) {
                assertEquals(-1, socket.getInputStream().read());
                socket.getOutputStream().write(new byte[4 * MEBIBYTE]);
            }
            String wait = "for i in $(seq 1200); do test -e /tmp/late && break; sleep 0.1; done; cat /tmp/late";
            assertEquals(String.valueOf(4 * MEBIBYTE), alice.ssh(wait).orFail().out());
        }
    }

    @Test
    void aForwardGoesToNamesAndToIpv6() {
        Echo.serve(alice, "::1", 8002);
        assertEquals("hello\n", ask("[::1]:8002").orFail().out());
        assertEquals("hello\n", ask("localhost:8002").orFail().out());
        assertEquals("hello\n", ask("alice:" + PORT).orFail().out()); // 127.0.1.1 in her /etc/hosts
    }

    @Test
    void aSocksProxyCarriesManyAtOnce() throws Exception {
        try (Tunnel tunnel = new Tunnel(alice)) {
            int port = freePort();
            tunnel.forward("-D", String.valueOf(port)).orFail();
            Proxy proxy = new Proxy(Proxy.Type.SOCKS, new InetSocketAddress("127.0.0.1", port));
            List<Socket> sockets = new ArrayList<>();
            try {
                for (int i = 0; i < 50; i++) {
                    Socket socket = new Socket(proxy);
                    sockets.add(socket);
                    socket.connect(InetSocketAddress.createUnresolved("localhost", PORT));
                    socket.getOutputStream().write(i);
                }
                for (int i = 0; i < 50; i++)
                    assertEquals(i, sockets.get(i).getInputStream().read());
            } finally {
                for (Socket socket : sockets) socket.close();
            }
        }
    }

    @Test
    void aRefusalHasTheReasonThatTheTenantGave() {
        List<String> words = new ArrayList<>(alice.sshCommand(List.of("-W", "127.0.0.1:9")));
        words.set(words.indexOf("LogLevel=ERROR"), "LogLevel=INFO");
        Command.Outcome outcome = Command.run(words, new byte[0], Command.LONG);
        assertTrue(outcome.stderr().contains("connect failed: Connection refused."), outcome.toString());
    }

    @Test
    void aConnectionLeavesNoProcessBehind() throws Exception {
        assertAlicesOwnIsOpen();
        Eventually.holds(() -> assertFalse(alice.ssh("ps ax").orFail().out().contains("ssh-forward")));
    }

    static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return any.getLocalPort();
        }
    }
}
