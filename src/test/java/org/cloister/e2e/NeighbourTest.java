package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Eve uses up all that she can. Alice logs in, with a terminal, every time; the API answers; Eve can be frozen, stopped
 * and deleted although nothing of hers is left. How long Alice waited is printed: it is a figure, not a verdict, since
 * the machine of a test is nobody's own.
 */
class NeighbourTest {

    private static final int LOGINS = 8;

    /** Longer than any honest wait; a login that takes longer has failed. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static Instance instance;
    private static TenantHandle alice;
    private static TenantHandle eve;
    private static Internet internet;

    private final List<Attack> attacks = new ArrayList<>();

    /** Ways of neighbour.pl. */
    static List<String> ways() {
        return List.of("forks", "heap", "shm", "dentries", "sockets", "busy", "disk", "terminals", "connections");
    }

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        internet = new Internet(instance.firstSlot());
        alice = instance.tenant("alice");
        // Small enough to be used up soon; what matters is that it is used up.
        eve = instance.tenant("eve");
        instance.limit("eve", Map.of("diskBytes", 512L << 20, "memoryBytes", 256L << 20));
        report("alone", latencies());
    }

    @AfterAll
    static void leave() {
        if (eve != null) eve.close();
        if (alice != null) alice.close();
        if (internet != null) internet.close();
    }

    @BeforeEach
    void letEveBegin() {
        instance.change("POST", "/tenants/eve/thaw", null); // where a test before this one was cut short
        instance.change("POST", "/tenants/eve/restart", null).expect(200);
    }

    @AfterEach
    void endAttacks() {
        attacks.forEach(Attack::end);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aliceLogsInWhileEveUsesUpHer(String way) {
        begin(way);
        report(way, latencies());
        assertEquals(200, instance.get("/tenants/eve/usage").status());
        theAdminHasHerInHand();
    }

    @Test
    void aliceLogsInWhileEveUsesUpEverythingAtOnce() {
        for (String way : ways()) if (!way.equals("forks")) begin(way);
        begin("forks"); // last, for with no process left to her none of the others would begin
        report("all at once", latencies());
        theAdminHasHerInHand();
        long began = System.nanoTime();
        eve.close();
        System.out.printf("neighbour: deleted in %.1f s%n", (System.nanoTime() - began) / 1e9);
        eve = instance.tenant("eve");
    }

    @Test
    void aliceLogsInWhileSomebodyStormsTheDoor() throws IOException {
        List<Socket> held = new ArrayList<>();
        int refused = 0;
        try {
            for (int i = 0; i < 400; i++) {
                Socket socket = new Socket();
                held.add(socket);
                socket.setSoTimeout(2_000);
                socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.2"), 0));
                if (!greeted(socket)) refused++;
            }
            report("half-open connections", latencies());
            assertTrue(refused > 0, "no connection of four hundred from one source was refused");
        } finally {
            for (Socket socket : held) socket.close();
        }
    }

    private static boolean greeted(Socket socket) {
        try {
            socket.connect(new InetSocketAddress("127.0.0.1", instance.sshPort()), 20_000);
            return socket.getInputStream().read() == 'S';
        } catch (IOException e) {
            return false;
        }
    }

    private void begin(String way) {
        attacks.add(Attack.begin(eve, way));
    }

    /** Nothing that these ask for comes from Eve's own processes, memory or disk. */
    private void theAdminHasHerInHand() {
        for (String act : List.of("freeze", "thaw", "restart")) {
            Instance.Answer answer = instance.change("POST", "/tenants/eve/" + act, null);
            assertTrue(answer.status() / 100 == 2, act + ": " + answer);
        }
        attacks.forEach(Attack::end);
        eve.await("running");
        assertEquals(
                "back", eve.ssh("rm -rf /root/fill /root/many; echo back").out().strip());
    }

    /** Milliseconds of each login, sorted. Every one of them succeeds. */
    private static long[] latencies() {
        long[] millis = new long[LOGINS];
        for (int i = 0; i < LOGINS; i++) {
            long began = System.nanoTime();
            var login = Command.run(alice.sshCommand(List.of("-tt"), "echo in"), new byte[0], PATIENCE);
            millis[i] = (System.nanoTime() - began) / 1_000_000;
            assertEquals("in", login.out().strip(), login.toString());
            assertEquals(200, instance.get("/tenants").status());
        }
        Arrays.sort(millis);
        return millis;
    }

    private static void report(String when, long[] millis) {
        System.out.printf(
                "neighbour: %-24s login p50 %5d ms, longest of %d %5d ms%n",
                when, millis[millis.length / 2], millis.length, millis[millis.length - 1]);
    }

    /** A way of neighbour.pl at work in a tenant. */
    private record Attack(Process client) {

        /** Returns when the first request was refused, or the kernel ended her session: until then it is no attack. */
        static Attack begin(TenantHandle tenant, String way) {
            try (InputStream script = NeighbourTest.class.getResourceAsStream("neighbour.pl")) {
                Process client = new ProcessBuilder(tenant.sshCommand(List.of(), "ulimit -n 20000; perl - " + way))
                        .redirectErrorStream(true)
                        .start();
                Attack attack = new Attack(client);
                client.getOutputStream().write(script.readAllBytes());
                client.getOutputStream().close();
                try {
                    String word =
                            CompletableFuture.supplyAsync(attack::firstLine).get(300, TimeUnit.SECONDS);
                    assertTrue(
                            word == null ? killed(tenant) : word.startsWith("used up"),
                            way + ": " + word + ", exit " + (client.isAlive() ? "none" : client.exitValue()));
                } catch (ExecutionException | TimeoutException | InterruptedException e) {
                    attack.end();
                    throw new AssertionError("Eve could not use up " + way, e);
                }
                return attack;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static boolean killed(TenantHandle tenant) {
            Eventually.seen(
                    "a hit of memory",
                    PATIENCE,
                    () -> instance.usage(tenant.name()).at("/memory/hits/count").asLong() > 0);
            return true;
        }

        private String firstLine() {
            try {
                return new BufferedReader(client.inputReader(StandardCharsets.UTF_8)).readLine();
            } catch (IOException e) {
                return null;
            }
        }

        void end() {
            client.destroyForcibly();
        }
    }
}
