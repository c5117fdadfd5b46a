package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Eve's root turns against what forwards for her, and her client takes all it can: she harms herself, and Bob is served. */
class ForwardHostileTest {

    private static final int PORT = 8000;
    private static final int MEBIBYTE = 1 << 20;

    private static TenantHandle eve;
    private static TenantHandle bob;

    @BeforeAll
    static void onboard() {
        Instance instance = Instance.assumeRunning();
        eve = instance.tenant("eve");
        bob = instance.tenant("bob");
        for (TenantHandle tenant : List.of(eve, bob)) Echo.serve(tenant, "127.0.0.1", PORT);
    }

    @AfterAll
    static void leave() {
        for (TenantHandle tenant : new TenantHandle[] {eve, bob}) if (tenant != null) tenant.close();
    }

    private static String echoed(Tunnel tunnel) {
        return tunnel.netcat("hello".getBytes(), "127.0.0.1:" + PORT).out();
    }

    private static void assertBobIsServed() {
        long start = System.nanoTime();
        try (Tunnel bobs = new Tunnel(bob)) {
            assertEquals("hello", echoed(bobs));
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
        assertTrue(seconds < 30, seconds + " s");
    }

    /** A connection to the echo through a port of the client's. */
    private static int toTheEcho(Tunnel tunnel) throws IOException {
        int port = ForwardTest.freePort();
        tunnel.forward("-L", port + ":127.0.0.1:" + PORT).orFail();
        return port;
    }

    private static boolean echoes(Socket socket) {
        try {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write('x');
            return socket.getInputStream().read() == 'x';
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void theForwarderIsNeitherTracedNorReadByTheTenantsRoot() {
        try (Tunnel tunnel = new Tunnel(eve)) {
            tunnel.forward("-R", "9000:127.0.0.1:9").orFail();
            String attack =
                    "attack() { perl -e 'print syscall(101, 16, $ARGV[0] + 0, 0, 0) == 0 ? \"traced\" : \"no\"' $1;"
                            + " for f in environ maps mem fd/0 exe; do"
                            + " test -n \"$(head -c 1 /proc/$1/$f 2>/dev/null | tr '\\0' x)\" && echo -n \" $f\"; done;"
                            + " ls /proc/$1/fd >/dev/null 2>&1 && echo -n ' fds'; echo; };";
            assertEquals(
                    "no\n", eve.ssh(attack + "attack $(pgrep -f ^ssh-forward)").out());
            assertEquals(
                    "traced environ maps exe fds\n",
                    eve.ssh(
                                    attack
                                            + "sleep 600 & until [ \"$(cat /proc/$!/comm)\" = sleep ]; do sleep 0.1; done; attack $!; kill -9 $!")
                            .out());
        }
    }

    @Test
    void aForwarderThatIsKilledIsStartedAgainAndConnectionsLiveOn() throws IOException {
        try (Tunnel tunnel = new Tunnel(eve)) {
            int port = toTheEcho(tunnel);
            try (Socket before = new Socket("127.0.0.1", port)) {
                assertTrue(echoes(before));
                eve.ssh("pkill -9 -f ^ssh-forward").orFail();
                assertTrue(echoes(before));
                assertEquals("hello", echoed(tunnel));
                tunnel.forward("-R", "9001:127.0.0.1:9").orFail();
            }
            assertBobIsServed();
        }
    }

    @Test
    void aForwarderThatIsStoppedHoldsUpNobodyElse() throws Exception {
        try (Tunnel tunnel = new Tunnel(eve)) {
            assertEquals("hello", echoed(tunnel));
            eve.ssh("pkill -STOP -f ^ssh-forward").orFail();
            CompletableFuture<String> held = CompletableFuture.supplyAsync(() -> echoed(tunnel));
            assertBobIsServed();
            assertEquals("in\n", tunnel.run("echo in").out());
            assertTrue(!held.isDone());
            eve.ssh("pkill -CONT -f ^ssh-forward").orFail();
            assertEquals("hello", held.get(120, TimeUnit.SECONDS));
        }
    }

    @Test
    void namesThatAreNeverFoundHoldUpNoAddress() throws Exception {
        try (Tunnel tunnel = new Tunnel(eve)) {
            eve.ssh("mv /etc/hosts /etc/hosts.kept && mkfifo /etc/hosts").orFail();
            CompletableFuture<String> held = CompletableFuture.supplyAsync(
                    () -> tunnel.netcat("hello".getBytes(), "localhost:" + PORT).out());
            assertEquals("hello", echoed(tunnel));
            assertTrue(!held.isDone());
            eve.ssh("timeout 5 cat /etc/hosts.kept > /etc/hosts; mv /etc/hosts.kept /etc/hosts")
                    .orFail();
            assertEquals("hello", held.get(120, TimeUnit.SECONDS));
        }
    }

    @Test
    void connectionsEndAtTheirNumberAndAreFreeAgainAfterwards() throws IOException {
        List<Socket> sockets = new ArrayList<>();
        try (Tunnel tunnel = new Tunnel(eve)) {
            int port = toTheEcho(tunnel);
            try {
                for (int i = 0; i < 128; i++) {
                    sockets.add(new Socket("127.0.0.1", port));
                    assertTrue(echoes(sockets.getLast()), i + " are open");
                }
                try (Socket tooMany = new Socket("127.0.0.1", port)) {
                    assertTrue(!echoes(tooMany));
                }
                assertEquals("in\n", tunnel.run("echo in").out());
                assertBobIsServed();
            } finally {
                for (Socket socket : sockets) socket.close();
            }
            Eventually.holds(() -> assertEquals("hello", echoed(tunnel))); // once all are gone
        }
    }

    @Test
    void aFloodOfPeersAtAListenerEndsAtTheSameNumber() throws Exception {
        try (Tunnel tunnel = new Tunnel(eve)) {
            try (ServerSocket service = new ServerSocket(0, 500, InetAddress.getByName("127.0.0.1"))) {
                tunnel.forward("-R", "9002:127.0.0.1:" + service.getLocalPort()).orFail();
                String flood =
                        "use IO::Socket::INET; for (1..300) { $c = IO::Socket::INET->new(PeerHost => '127.0.0.1',"
                                + " PeerPort => 9002) or last; push @all, $c }"
                                + " $_->blocking(0) for @all; for (1 .. 100) { $before = $n; $n = 0;"
                                + " for (@all) { $n++ if defined sysread($_, $b, 1) }"
                                + " last if $n >= 172 && $n == $before; sleep 1 } print $n;";
                CompletableFuture<String> closed = CompletableFuture.supplyAsync(
                        () -> eve.ssh(flood.getBytes(), "perl -").out());
                assertBobIsServed();
                assertEquals("172", closed.get(180, TimeUnit.SECONDS)); // 300 less the 128 that are open
            }
            assertEquals("hello", echoed(tunnel));
        }
    }

    @Test
    void aReaderThatStopsStopsWhoeverWritesToIt() throws Exception {
        Echo.perl(
                eve,
                "$l = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 8001, Listen => 1, ReuseAddr => 1);",
                "$c = $l->accept; $c->blocking(1); $b = 'x' x 65536; while ($r = syswrite $c, $b) { $n += $r;",
                "open F, '>/tmp/written.new'; print F $n; close F; rename '/tmp/written.new', '/tmp/written' }");
        Echo.perl(
                eve,
                "$l = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 8002, Listen => 1, ReuseAddr => 1);",
                "$c = $l->accept; sleep 1000");
        try (Tunnel tunnel = new Tunnel(eve)) {
            int down = ForwardTest.freePort();
            tunnel.forward("-L", down + ":127.0.0.1:8001").orFail();
            int up = ForwardTest.freePort();
            tunnel.forward("-L", up + ":127.0.0.1:8002").orFail();
            try (Socket unread = new Socket("127.0.0.1", down);
                    Socket unheard = new Socket("127.0.0.1", up)) {
                AtomicLong sent = new AtomicLong();
                Thread writer = Thread.ofPlatform().daemon().start(() -> {
                    try {
                        while (true) {
                            unheard.getOutputStream().write(new byte[65_536]);
                            sent.addAndGet(65_536);
                        }
                    } catch (IOException closed) {
                        // at the end of the test
                    }
                });
                Eventually.holds(() -> {
                    long written = written();
                    long heard = sent.get();
                    Eventually.pause(3_000);
                    assertEquals(written, written(), "it has stopped");
                    assertEquals(heard, sent.get(), "it has stopped");
                });
                long written = written();
                long heard = sent.get();
                assertTrue(written < 24L * MEBIBYTE, written + " bytes");
                assertTrue(heard < 24L * MEBIBYTE, heard + " bytes");
                assertBobIsServed();
                unheard.close();
                writer.join(60_000);
            }
        }
    }

    private static long written() {
        return Long.parseLong(eve.ssh("cat /tmp/written").orFail().out().strip());
    }
}
