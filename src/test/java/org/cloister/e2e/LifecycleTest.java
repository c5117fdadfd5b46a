package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Faults and commands that take the product's own processes away. Last of all classes: it stops what others use. */
@Order(Integer.MAX_VALUE)
class LifecycleTest {

    private Instance instance;

    @BeforeEach
    void findTheInstance() {
        instance = Instance.assumeRunning();
    }

    /** Whatever a test left stopped runs again for the next one. */
    @AfterEach
    void bringUp() {
        if (instance != null) up();
    }

    @Test
    void upAgainChangesNothingThatRuns() {
        Map<String, Long> before = Machine.pids(instance);
        String said = up();
        assertEquals(before, Machine.pids(instance));
        assertTrue(said.contains(instance.url() + "/sign-in?code="), said);
    }

    @Test
    void aTenantAndItsProcessesLiveOnWhenTheManagerIsKilled() {
        try (TenantHandle bob = instance.tenant("bob")) {
            Machine.Life init = initOf(bob);
            String sleeper = startSleeper(bob);
            kill("manager");
            assertTrue(init.goesOn(), "pid 1 of the tenant ended with the manager");
            up();
            assertEquals(init, initOf(bob));
            assertRunsInside(bob, sleeper);
        }
    }

    @Test
    void aTenantAndItsOpenSessionsLiveOnWhenTheAgentIsKilled() throws IOException, InterruptedException {
        try (TenantHandle bob = instance.tenant("bob")) {
            Machine.Life init = initOf(bob);
            String sleeper = startSleeper(bob);
            Process session = new ProcessBuilder(bob.sshCommand(List.of(), "cat")).start();
            try (BufferedReader echo = session.inputReader()) {
                assertEquals("before", throughCat(session, echo, "before"));
                kill("agent");
                assertTrue(init.goesOn(), "pid 1 of the tenant ended with the agent");
                assertEquals("while it is away", throughCat(session, echo, "while it is away"));
                up();
                assertEquals("after", throughCat(session, echo, "after"));
            } finally {
                session.destroyForcibly().waitFor();
            }
            assertEquals(init, initOf(bob));
            assertRunsInside(bob, sleeper);
        }
    }

    @Test
    void theProductComesBackWhenTheDatabaseIsKilled() {
        try (TenantHandle bob = instance.tenant("bob")) {
            Machine.Life init = initOf(bob);
            kill("db");
            up();
            assertEquals(init, initOf(bob));
        }
    }

    @Test
    void downLeavesTenantsRunning() {
        try (TenantHandle bob = instance.tenant("bob")) {
            Machine.Life init = initOf(bob);
            String sleeper = startSleeper(bob);
            List<Machine.Life> parts = Machine.pids(instance).values().stream()
                    .map(Machine.Life::of)
                    .toList();
            ops(instance, "down").orFail();
            parts.forEach(part -> assertFalse(part.goesOn(), part + " goes on after ops/down"));
            assertTrue(init.goesOn(), "pid 1 of the tenant ended with ops/down");
            up();
            assertEquals(init, initOf(bob));
            assertRunsInside(bob, sleeper);
        }
    }

    @Test
    void downWithTenantsStopsThemAndUpStartsThemAgain() {
        try (TenantHandle bob = instance.tenant("bob")) {
            Machine.Life init = initOf(bob);
            ops(instance, "down", "--tenants").orFail();
            assertFalse(init.goesOn(), "pid 1 of the tenant still runs");
            up();
            bob.await("running");
            assertNotEquals(init, initOf(bob));
            assertEquals("bob", bob.ssh("hostname").orFail().out().strip());
        }
    }

    @Test
    void aSecondInstanceCanBePurgedWithoutATrace() {
        Instance second = new Instance("cttest2", instance.url(), 12291, Path.of("/var/lib/cttest2"));
        Map<String, List<String>> before = Machine.settledTraces();
        Map<String, Long> first = Machine.pids(instance);
        ops(
                        second,
                        Map.of(
                                "CLOISTER_HTTP",
                                "127.0.0.1:18091",
                                "CLOISTER_SSH",
                                "127.0.0.1:12291",
                                "CLOISTER_TEMPLATE",
                                "later"),
                        "up")
                .orFail();
        assertNotEquals(before, Machine.traces(), "the traces show nothing of a running instance");
        assertEquals(1, ops(second, "down", "--purge").exit(), "purged without being asked twice");
        ops(second, "down", "--purge", "--yes").orFail();
        Eventually.holds(() -> assertEquals(before, Machine.traces()));
        assertEquals(first, Machine.pids(instance));
    }

    @Test
    void upRefusesAPortInUseInOneLineAndLeavesNothing() {
        Instance second = new Instance("cttest2", instance.url(), 12291, Path.of("/var/lib/cttest2"));
        Map<String, List<String>> before = Machine.settledTraces();
        Command.Outcome outcome = ops(
                second, Map.of("CLOISTER_HTTP", "127.0.0.1:" + instance.url().getPort()), "up");
        assertEquals(1, outcome.exit());
        assertTrue(outcome.stderr().matches("ops/up: port \\d+ is in use.*; set CLOISTER_HTTP .*\n"), outcome.stderr());
        Eventually.holds(() -> assertEquals(before, Machine.traces()));
    }

    @Test
    void upRefusesAnyoneButRoot() {
        // As nobody, who may not enter a checkout in root's home: then there is nothing to try.
        Path up = checkout().resolve("ops/up");
        List<String> asNobody = List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups");
        List<String> test = new ArrayList<>(asNobody);
        test.addAll(List.of("test", "-x", up.toString()));
        assumeTrue(Command.run(test.toArray(String[]::new)).exit() == 0, "nobody cannot enter this checkout");
        List<String> command = new ArrayList<>(asNobody);
        command.add(up.toString());
        Command.Outcome outcome = Command.run(command.toArray(String[]::new));
        assertEquals(1, outcome.exit());
        assertTrue(outcome.stderr().matches("ops/up: must run as root.*\n"), outcome.stderr());
    }

    private static Machine.Life initOf(TenantHandle tenant) {
        return Machine.Life.of(tenant.namespaces().get("initPid").asLong());
    }

    /** A process that a login shell left behind; returns its pid inside. */
    private static String startSleeper(TenantHandle tenant) {
        return tenant.ssh("sleep 4242 >/dev/null 2>&1 </dev/null & echo $!")
                .orFail()
                .out()
                .strip();
    }

    private static void assertRunsInside(TenantHandle tenant, String pid) {
        assertEquals(
                "sleep\0" + "4242\0",
                tenant.ssh("cat /proc/" + pid + "/cmdline").orFail().out());
    }

    private static String throughCat(Process session, BufferedReader echo, String line) throws IOException {
        var input = session.outputWriter();
        input.write(line + "\n");
        input.flush();
        return echo.readLine();
    }

    private void kill(String part) {
        Machine.Life life = Machine.Life.of(Machine.pid(instance, part));
        Command.run("kill", "-KILL", String.valueOf(life.pid())).orFail();
        Eventually.holds(() -> assertFalse(life.goesOn()));
    }

    private String up() {
        return ops(instance, "up").orFail().out();
    }

    private static Command.Outcome ops(Instance instance, String... words) {
        return ops(instance, Map.of(), words);
    }

    /** Runs a command of the checkout's ops/ for an instance. */
    private static Command.Outcome ops(Instance instance, Map<String, String> more, String... words) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("CLOISTER_INSTANCE", instance.name());
        environment.put("CLOISTER_HOME", instance.home().toString());
        // Nothing but what this test says: the environment may speak of another instance.
        for (String other :
                List.of("CLOISTER_HTTP", "CLOISTER_SSH", "CLOISTER_SLOTS", "CLOISTER_RUN", "CLOISTER_DB_URL"))
            environment.putIfAbsent(other, null);
        List<String> command = new ArrayList<>(List.of(words));
        command.set(0, checkout().resolve("ops").resolve(words[0]).toString());
        return Command.run(command, environment, new byte[0], Duration.ofMinutes(10));
    }

    private static Path checkout() {
        return Path.of("").toAbsolutePath();
    }
}
