package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What -R and -A of OpenSSH's client make: sockets in the tenant, of the user who logged in, that lead to the client. */
class ListenTest {

    private static TenantHandle alice;
    private static TenantHandle bob;
    private static ServerSocket service;
    private static KeyAgent keys;

    @BeforeAll
    static void onboard() throws IOException {
        Instance instance = Instance.assumeRunning();
        alice = instance.tenant("alice");
        bob = instance.tenant("bob");
        for (TenantHandle tenant : List.of(alice, bob))
            tenant.ssh("useradd -m worker; useradd -m other").orFail();
        service = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        Thread.ofPlatform().daemon().start(ListenTest::serve);
        keys = new KeyAgent(alice.keyFile());
    }

    @AfterAll
    static void leave() throws IOException {
        if (keys != null) keys.close();
        if (service != null) service.close();
        for (TenantHandle tenant : new TenantHandle[] {alice, bob}) if (tenant != null) tenant.close();
    }

    /** The client's own service: gives back what it gets, in capitals. */
    private static void serve() {
        while (true) {
            try (Socket socket = service.accept()) {
                String text = new String(socket.getInputStream().readAllBytes());
                socket.getOutputStream().write(text.toUpperCase().getBytes());
            } catch (IOException e) {
                if (service.isClosed()) return;
            }
        }
    }

    private static String toTheService() {
        return "127.0.0.1:" + service.getLocalPort();
    }

    /** What a connection to the address from inside the tenant gives back for "hello". */
    private static String inside(TenantHandle tenant, String kind, String arguments) {
        String program = "use IO::Socket::IP; use IO::Socket::UNIX; $SIG{ALRM} = sub { print 'late'; exit }; alarm 30;"
                + "$c = IO::Socket::" + kind + "->new(" + arguments + ") or print($!), exit;"
                + "print $c 'hello'; $c->flush; shutdown $c, 1; local $/; print scalar <$c>;";
        return tenant.ssh(program.getBytes(), "perl -").orFail().out();
    }

    private static String port(TenantHandle tenant, String address, int port) {
        return inside(tenant, "IP", "PeerHost => '" + address + "', PeerPort => " + port);
    }

    @Test
    void aPortIsListenedOnInTheTenantAlone() throws IOException {
        try (Tunnel tunnel = new Tunnel(alice)) {
            int port = Integer.parseInt(
                    tunnel.forward("-R", "*:0:" + toTheService()).orFail().out().strip());
            assertFalse(Command.run("ss", "-Hltn").orFail().out().contains(":" + port + " "), "listened on outside");
            assertEquals("HELLO", port(alice, "127.0.0.1", port));
        }
    }

    @Test
    void whatListensForAllIsClosedToOtherTenants() {
        try (Tunnel tunnel = new Tunnel(alice)) {
            tunnel.forward("-R", "*:8000:" + toTheService()).orFail();
            String address = alice.show().get("address4").asText();
            assertNotEquals("HELLO", port(bob, address, 8000));
            assertEquals("HELLO", port(alice, address, 8000));
        }
    }

    @Test
    void lowPortsAreForTheTenantsRootAlone() {
        try (Tunnel worker = new Tunnel(alice, "alice+worker", null);
                Tunnel root = new Tunnel(alice)) {
            assertEquals(255, worker.forward("-R", "80:" + toTheService()).exit());
            root.forward("-R", "80:" + toTheService()).orFail();
            assertEquals("HELLO", port(alice, "127.0.0.1", 80));
        }
    }

    @Test
    void aTakenPortAndAnAddressOfAnothersAreRefused() {
        try (Tunnel tunnel = new Tunnel(alice);
                Tunnel second = new Tunnel(alice)) {
            tunnel.forward("-R", "8001:" + toTheService()).orFail();
            assertEquals(255, second.forward("-R", "8001:" + toTheService()).exit());
            String bobs = bob.show().get("address4").asText();
            assertEquals(
                    255, tunnel.forward("-R", bobs + ":8002:" + toTheService()).exit());
        }
    }

    @Test
    void aPathThatTheUserMayNotMakeIsRefused() {
        try (Tunnel worker = new Tunnel(alice, "alice+worker", null)) {
            assertEquals(
                    255, worker.forward("-R", "/root/listen:" + toTheService()).exit());
            worker.forward("-R", "/home/worker/listen:" + toTheService()).orFail();
            assertEquals("worker 600\n", worker.run("stat -c '%U %a' listen").out());
        }
    }

    @Test
    void noOtherUserOfTheTenantUsesTheAgent() {
        try (Tunnel worker = new Tunnel(alice, "alice+worker", keys)) {
            String socket = worker.run("echo $SSH_AUTH_SOCK").orFail().out().strip();
            assertTrue(socket.startsWith("/tmp/ssh-"), socket);
            String list = "SSH_AUTH_SOCK=" + socket + " ssh-add -L";
            try (Tunnel other = new Tunnel(alice, "alice+other", null)) {
                Command.Outcome denied = other.run(list);
                assertEquals(2, denied.exit(), denied.toString());
                assertTrue(denied.stderr().contains("Permission denied"), denied.toString());
            }
            assertEquals(keys.list(), worker.run(list).orFail().out());
        }
    }

    @Test
    void nobodyHasAnAgentWithoutOfferingIt() {
        assertEquals("\n", alice.ssh("echo $SSH_AUTH_SOCK").orFail().out());
    }

    @Test
    void listenersOfAConnectionAreCounted() {
        try (Tunnel tunnel = new Tunnel(alice)) {
            for (int i = 0; i < 32; i++)
                tunnel.forward("-R", 7000 + i + ":" + toTheService()).orFail();
            assertEquals(255, tunnel.forward("-R", "7032:" + toTheService()).exit());
            assertEquals(0, alice.ssh("true").exit());
        }
    }

    @Test
    void aRemoteForwardListensWhereItIsAskedTo() {
        try (Tunnel tunnel = new Tunnel(alice)) {
            tunnel.forward("-R", "9001:" + toTheService()).orFail();
            tunnel.forward("-R", "localhost:9002:" + toTheService()).orFail();
            tunnel.forward("-R", "*:9003:" + toTheService()).orFail();
            tunnel.forward("-R", "[::1]:9004:" + toTheService()).orFail();
            tunnel.forward("-R", "/tmp/listen:" + toTheService()).orFail();
            String address = alice.show().get("address4").asText();
            for (int port : new int[] {9001, 9002}) {
                assertEquals("HELLO", port(alice, "127.0.0.1", port));
                assertEquals("HELLO", port(alice, "::1", port));
                assertEquals("Connection refused", port(alice, address, port));
            }
            assertEquals("HELLO", port(alice, address, 9003));
            assertEquals("HELLO", port(alice, "::1", 9003));
            assertEquals("HELLO", port(alice, "::1", 9004));
            assertEquals("Connection refused", port(alice, "127.0.0.1", 9004));
            assertEquals("HELLO", inside(alice, "UNIX", "Peer => '/tmp/listen'"));
        }
    }

    @Test
    void aRemoteForwardWithoutATargetIsASocksProxy() {
        try (Tunnel tunnel = new Tunnel(alice)) {
            int port = Integer.parseInt(tunnel.forward("-R", "0").orFail().out().strip());
            // SOCKS 5, no authentication; then CONNECT to the service by its address. Each answer is awaited, as
            // clients
            // do: an end of file that comes with the request may end OpenSSH's side before that has read it.
            String request = String.format(
                    "\\x05\\x01\\x00\\x01\\x7f\\x00\\x00\\x01\\x%02x\\x%02x",
                    service.getLocalPort() >> 8, service.getLocalPort() & 0xff);
            String program = "use IO::Socket::IP; $c = IO::Socket::IP->new(PeerHost => '127.0.0.1', PeerPort => " + port
                    + "); sub take { my $all = ''; while (length $all < $_[0]) {"
                    + " sysread($c, $all, $_[0] - length $all, length $all) or die 'ended' } $all }"
                    + "syswrite $c, \"\\x05\\x01\\x00\"; take(2); syswrite $c, \"" + request + "\"; take(10);"
                    + "syswrite $c, 'hello'; shutdown $c, 1; print take(5);";
            assertEquals(
                    "HELLO", alice.ssh(program.getBytes(), "perl -").orFail().out());
        }
    }

    @Test
    void aCancelledForwardEndsAndLeavesNothing() throws Exception {
        try (Tunnel tunnel = new Tunnel(alice)) {
            for (int again = 0; again < 2; again++) {
                tunnel.forward("-R", "9005:" + toTheService()).orFail();
                tunnel.forward("-R", "/tmp/ended:" + toTheService()).orFail();
                assertEquals("HELLO", port(alice, "127.0.0.1", 9005));
                tunnel.cancel("-R", "9005:" + toTheService()).orFail();
                tunnel.cancel("-R", "/tmp/ended:" + toTheService()).orFail();
                Eventually.holds(
                        () -> { // a client waits for no answer to what it cancels
                            assertEquals("Connection refused", port(alice, "127.0.0.1", 9005));
                            assertEquals(2, alice.ssh("ls /tmp/ended").exit());
                        });
            }
        }
    }

    @Test
    void aForwardEndsWithItsConnectionAndLeavesNothing() throws Exception {
        try (Tunnel tunnel = new Tunnel(alice, "alice", keys)) {
            tunnel.forward("-R", "9006:" + toTheService()).orFail();
            tunnel.forward("-R", "/tmp/listening:" + toTheService()).orFail();
            tunnel.run("ls /tmp/listening $SSH_AUTH_SOCK").orFail();
        }
        Eventually.holds(() -> {
            assertEquals(
                    "", alice.ssh("ls -d /tmp/ssh-* /tmp/listening 2>/dev/null").out());
            assertEquals("Connection refused", port(alice, "127.0.0.1", 9006));
        });
    }

    @Test
    void answersKeepTheirOrderAmongSignsOfLife() {
        try (Tunnel tunnel = new Tunnel(alice, "alice", null, "-o", "ServerAliveInterval=1")) {
            for (int i = 0; i < 20; i++)
                assertTrue(Integer.parseInt(tunnel.forward("-R", "0:127.0.0.1:" + (1 + i))
                                .orFail()
                                .out()
                                .strip())
                        > 0);
        }
    }

    @Test
    void aForwardedAgentSignsForSessions() {
        List<String> words = alice.sshCommand(
                List.of(),
                "ssh-add -L; ssh-add -L; echo hello > /tmp/text;"
                        + " ssh-add -L > /tmp/pub; ssh-keygen -Y sign -n test -f /tmp/pub < /tmp/text");
        Command.Outcome outcome = Command.run(keys.forwarded(words), new byte[0], Command.LONG);
        assertEquals(0, outcome.exit(), outcome.toString());
        assertTrue(outcome.out().startsWith(keys.list() + keys.list()), outcome.toString());
        assertTrue(outcome.out().contains("BEGIN SSH SIGNATURE"), outcome.toString());
    }
}
