package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Whoever ends by himself is started again, and whoever is stopped stays stopped; and what systemd would be told. */
@Order(820)
class SupervisionTest {

    private static Instance instance;

    @BeforeAll
    static void connect() {
        instance = Instance.assumeRunning();
    }

    @AfterAll
    static void bringUp() {
        if (instance != null) ops("ops/up").orFail();
    }

    @Test
    void aKilledAgentIsBackByItself() throws InterruptedException {
        comesBack("agent");
    }

    @Test
    void aKilledManagerIsBackByItself() throws InterruptedException {
        comesBack("manager");
    }

    @Test
    void aKilledDatabaseIsBackByItself() throws InterruptedException {
        comesBack("db");
    }

    @Test
    void whatIsStoppedStaysStopped() throws InterruptedException {
        List<Machine.Life> parts =
                Machine.pids(instance).values().stream().map(Machine.Life::of).toList();
        ops("ops/down").orFail();
        Eventually.pause(4_000); // longer than a keeper or systemd waits
        parts.forEach(part -> assertFalse(part.goesOn(), part + " goes on"));
        for (String part : List.of("agent", "manager", "db"))
            assertFalse(Files.exists(instance.run().resolve(part + ".pid")), part + " was started again");
        assertEquals("", keepers(), "no keeper is left");
        ops("ops/up").orFail();
    }

    @Test
    void systemdUnderstandsTheUnits() throws IOException {
        Path units = units();
        for (String part : List.of("tenants", "agent", "db", "manager")) {
            Command.Outcome verified = Command.run(
                    "systemd-analyze",
                    "verify",
                    units.resolve(instance.name() + "-" + part + ".service").toString());
            assertEquals(0, verified.exit(), verified.toString());
            assertEquals("", verified.stderr(), part);
        }
    }

    @Test
    void systemdFindsManagerAndDatabaseWellConfined() throws IOException {
        Path units = units();
        for (String part : List.of("db", "manager"))
            Command.run(
                            "systemd-analyze",
                            "security",
                            "--offline=true",
                            "--threshold=20", // tenths: 2.0 of 10
                            units.resolve(instance.name() + "-" + part + ".service")
                                    .toString())
                    .orFail();
        String manager = Files.readString(units.resolve(instance.name() + "-manager.service"));
        assertTrue(manager.contains("\nNoNewPrivileges=yes\n") && manager.contains("\nUser=" + instance.name() + "\n"));
        String agent = Files.readString(units.resolve(instance.name() + "-agent.service"));
        assertTrue(agent.contains("\nKillMode=process\n") && agent.contains("\nDelegate=yes\n"), agent);
        // Tenants are the agent's children: what these do to it, it would do to them, and to the pool's mount.
        for (String inherited : List.of("NoNewPrivileges", "SystemCallFilter", "OOMScoreAdjust", "Protect", "Private"))
            assertFalse(agent.contains("\n" + inherited), inherited);
    }

    @Test
    void noPasswordStandsInAUnit() throws IOException {
        Path units = units();
        for (String part : List.of("agent", "db", "manager", "tenants"))
            assertFalse(
                    Files.readString(units.resolve(instance.name() + "-" + part + ".service"))
                            .contains("hunter2"),
                    part);
        Path environment = units.resolve("manager.environment");
        assertTrue(Files.readString(environment).contains("CLOISTER_DB_PASSWORD=\"hunter2 \\$\\\"\"\n"));
        assertEquals(
                "600",
                Command.run("stat", "-c", "%a", environment.toString()).out().strip());
    }

    private static void comesBack(String part) throws InterruptedException {
        Machine.Life before = Machine.Life.of(Machine.pid(instance, part));
        Command.run("kill", "-KILL", Long.toString(before.pid())).orFail();
        Eventually.seen(
                "the " + part, Instance.PATIENCE, () -> Machine.pid(instance, part) != before.pid() && healthy());
        assertFalse(before.goesOn());
    }

    private static boolean healthy() {
        return Command.run("curl", "-fsS", "-o", "/dev/null", "--max-time", "5", instance.url() + "/q/health/ready")
                        .exit()
                == 0;
    }

    private static String keepers() {
        return Command.run("pgrep", "-f", instance.home() + "/libexec/keep").out();
    }

    /** The units of this instance as they would be installed, with a password in the environment. */
    private static Path units() throws IOException {
        assumeTrue(Command.run("systemd-analyze", "--version").exit() == 0, "systemd is not installed");
        Path units = Files.createTempDirectory("cloister-units");
        String script = """
                set -euo pipefail
                . ops/lib/all.sh
                read_settings
                find_java
                CLOISTER_DB_PASSWORD='hunter2 $"'
                set_part_environment
                find_database
                set_agent_command "$(installed_build)"
                render_unit agent root "${AGENT_COMMAND[@]}" >"$1/$(unit_of agent)"
                render_unit tenants root "${AGENT_COMMAND[@]}" --stop-tenants >"$1/$(unit_of tenants)"
                render_unit db "$DB_USER" "$DB_BIN/postgres" -D "$DB_DIR" >"$1/$(unit_of db)"
                render_unit manager "$CLOISTER_INSTANCE" "$JAVA_HOME/bin/java" -jar manager.jar >"$1/$(unit_of manager)"
                write_environment "$1/manager.environment"
                """;
        ops("bash", "-c", script, "test", units.toString()).orFail();
        return units;
    }

    private static Command.Outcome ops(String... command) {
        Map<String, String> environment = new HashMap<>();
        environment.put("CLOISTER_INSTANCE", instance.name());
        environment.put("CLOISTER_HOME", instance.home().toString());
        for (String other :
                List.of("CLOISTER_HTTP", "CLOISTER_SSH", "CLOISTER_SLOTS", "CLOISTER_RUN", "CLOISTER_DB_URL"))
            environment.put(other, null);
        return Command.run(List.of(command), environment, new byte[0], Duration.ofMinutes(10));
    }
}
