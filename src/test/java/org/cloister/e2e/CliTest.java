package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line against the running product: what it refuses, what it does, and what programs read of it. */
class CliTest {

    @TempDir
    Path home;

    private Instance instance;
    private CommandLine admin;

    @BeforeEach
    void begin() {
        instance = Instance.assumeRunning();
        admin = as(instance.adminToken());
    }

    private CommandLine as(String token) {
        return CommandLine.at(instance.url().toString(), token, home);
    }

    @Test
    void wrongUsageIsRefusedBeforeAnythingIsAsked() {
        CommandLine nobody = as(null);
        for (String wrong :
                List.of("", "tenant", "tenant lsit", "tenant show", "tenant list --jsno", "tenant show ..")) {
            var said = nobody.run(wrong.isEmpty() ? new String[0] : wrong.split(" "));
            assertTrue(said.exit() == 2 && said.out().isEmpty(), wrong + ": " + said);
        }
        assertEquals(0, nobody.run("help").orFail().exit());
        assertTrue(nobody.run("tenant", "create", "--help").orFail().out().contains("--plan PLAN"));
    }

    @Test
    void whatTheApiRefusesIsToldInItsOwnSentence() {
        refused(admin.run("tenant", "show", "test-none"), "There is no tenant of that name.");
        refused(
                admin.run("tenant", "create", "test-cli", "--plan", "gold"),
                instance.change("POST", "/tenants", Map.of("name", "test-cli", "plan", "gold"))
                        .json()
                        .get("detail")
                        .asText());
        refused(admin.run("tenant", "create", "UPPER", "--plan", "small"), "name");
        try (TenantHandle tenant = instance.tenant("test-cli", Map.of("start", false))) {
            refused(admin.run("tenant", "set", "test-cli", "pids=3"), "pids is 3; it must lie between");
            assertEquals(512, tenant.show().get("limits").get("pids").asInt());
            Path key = tenant.keyFile();
            refused(
                    admin.run("key", "add", "test-cli", key.toString()),
                    "holds a private key, which stays where it is");
        }
    }

    @Test
    void aTokenThatMayReadReadsAndChangesNothing() {
        var made = admin.run("token", "create", "test", "--scope", "read", "--days", "1", "--json");
        JsonNode token = json(made);
        CommandLine reader = as(token.get("token").asText());
        refused(reader.run("tenant", "create", "test-cli", "--plan", "small"), "This token may only read.");
        assertEquals(404, instance.get("/tenants/test-cli").status());
        assertEquals(instance.get("/plans").json(), json(reader.run("plan", "list", "--json")));
        admin.run("token", "remove", token.get("id").asText()).orFail();
        refused(reader.run("plan", "list"), "does not know this token");
    }

    @Test
    void whoFollowsEventsReadsEachOfThatTenantOnceAndNoOther() throws Exception {
        try (TenantHandle own = instance.tenant("test-cli", Map.of("start", false));
                TenantHandle other = instance.tenant("test-cli-other", Map.of("start", false))) {
            Path read = home.resolve("followed");
            Process follower = admin.started(read, "events", "--follow", "--tenant", own.name());
            try {
                Eventually.holds(() -> assertTrue(Files.readString(read).contains("test-cli was onboarded")));
                for (TenantHandle one : List.of(other, own))
                    instance.change("POST", "/tenants/" + one.name() + "/start", null)
                            .expect(200);
                Eventually.holds(() -> assertTrue(Files.readString(read).contains("test-cli was started")));
                assertTrue(follower.isAlive());
                String text = Files.readString(read);
                assertFalse(text.contains("test-cli-other"), text);
                assertEquals(text.lines().distinct().count(), text.lines().count(), text);
            } finally {
                follower.destroy();
            }
        }
    }

    @Test
    void aTenantsOwnerSeesItsOwnAlone() {
        try (TenantHandle own = instance.tenant("test-cli", Map.of("start", false));
                TenantHandle other = instance.tenant("test-cli-2", Map.of("start", false));
                Person owner = Person.create(instance, "test-cli-owner", "tenant", "test-cli")) {
            CommandLine cli = as(token(owner));
            String others = cli.run("tenant", "show", "test-cli-2").stderr();
            assertEquals(cli.run("tenant", "show", "test-none").stderr(), others, "who is there is not told");
            for (String denied : List.of(
                    "tenant delete test-cli-2 --yes",
                    "tenant delete test-cli --yes",
                    "key list test-cli-2",
                    "plan list",
                    "account list",
                    "events")) assertEquals(1, cli.run(denied.split(" ")).exit(), denied);
            JsonNode seen = json(cli.run("tenant", "list", "--json"));
            assertEquals(List.of("test-cli"), seen.findValuesAsText("name"));
            assertEquals("stopped", other.show().get("state").asText());
            assertTrue(cli.run("key", "list", "test-cli").orFail().out().contains(own.name() + "@test"));
        }
    }

    @Test
    void nothingIsDeletedUntilItsNameIsTyped() {
        try (TenantHandle tenant = instance.tenant("test-cli", Map.of("start", false))) {
            var unasked = admin.piped("test-cli\n", "tenant", "delete", "test-cli");
            assertTrue(unasked.exit() == 2 && unasked.stderr().contains("say --yes"), unasked.toString());
            var other = admin.onTerminal("test-clj\n", "tenant", "delete", "test-cli");
            assertTrue(other.exit() == 1 && other.out().contains("That is not its name."), other.toString());
            assertEquals("stopped", tenant.show().get("state").asText());
            var typed = admin.onTerminal("test-cli\n", "tenant", "delete", "test-cli");
            assertTrue(typed.exit() == 0 && typed.out().contains("test-cli is deleted."), typed.toString());
            assertEquals(404, instance.get("/tenants/test-cli").status());
        }
    }

    @Test
    void aTenantsWholeLifeGoesByTheCommandLine() throws Exception {
        instance.change("DELETE", "/tenants/test-cli", null);
        Path key = home.resolve("key");
        Command.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "of-cli", "-f", key.toString())
                .orFail();
        String line = Files.readString(home.resolve("key.pub"));
        var made = admin.onTerminal("", "tenant", "create", "test-cli", "--plan", "small", "--key", key + ".pub");
        try {
            assertTrue(made.exit() == 0 && made.out().matches("(?s).*\r +[0-9]+%  .*"), "its progress: " + made);
            assertTrue(made.out().contains("running"), made.out());
            String piped = admin.piped(line, "key", "add", "test-cli", "-", "--json")
                    .orFail()
                    .stderr();
            assertEquals("", piped, "the same key again is no fault, and nothing but a terminal is told of progress");
            String fingerprint = json(admin.run("key", "list", "test-cli", "--json"))
                    .get(0)
                    .get("fingerprint")
                    .asText();
            assertTrue(admin.run("top").orFail().out().lines().anyMatch(row -> row.startsWith("test-cli ")));
            admin.run("tenant", "set", "test-cli", "memoryBytes=300M", "pids=200")
                    .orFail();
            JsonNode limits = instance.get("/tenants/test-cli").json().get("limits");
            assertEquals(300L << 20, limits.get("memoryBytes").asLong());
            assertEquals(200, limits.get("pids").asInt());
            said("frozen", "tenant", "freeze", "test-cli");
            said("running", "tenant", "thaw", "test-cli");
            String snapshot = admin.run("snapshot", "take", "test-cli", "--note", "before")
                    .orFail()
                    .out()
                    .strip();
            assertTrue(admin.run("snapshot", "list", "test-cli").orFail().out().contains(snapshot + "  "));
            admin.run("snapshot", "restore", "test-cli", snapshot, "--yes").orFail();
            admin.run("snapshot", "remove", "test-cli", snapshot).orFail();
            admin.run("key", "remove", "test-cli", fingerprint).orFail();
            assertEquals(0, instance.get("/tenants/test-cli/keys").json().size());
            said("stopped", "tenant", "stop", "test-cli");
            assertTrue(
                    admin.run("events", "--tenant", "test-cli").orFail().out().contains("admin"));
        } finally {
            admin.run("tenant", "delete", "test-cli", "--yes").orFail();
        }
        assertEquals(404, instance.get("/tenants/test-cli").status());
        assertFalse(admin.run("tenant", "list").out().contains("test-cli "));
    }

    private void said(String state, String... words) {
        assertEquals("test-cli is " + state + ".\n", admin.run(words).orFail().out());
    }

    private static JsonNode json(Command.Outcome outcome) {
        try {
            return Instance.JSON.readTree(outcome.orFail().out());
        } catch (java.io.IOException e) {
            throw new AssertionError(outcome.toString(), e);
        }
    }

    private String token(Person person) {
        var headers = Map.of(
                "Cookie", person.cookie(), "Origin", instance.url().toString(), "Content-Type", "application/json");
        return instance.send("POST", "/api/v1/tokens", Map.of("name", "t", "scope", "all", "days", 1), headers)
                .expect(201)
                .json()
                .get("token")
                .asText();
    }

    private static void refused(Command.Outcome outcome, String sentence) {
        assertEquals(1, outcome.exit(), outcome.toString());
        assertEquals("", outcome.out());
        assertEquals(1, outcome.stderr().lines().count(), outcome.stderr());
        assertTrue(outcome.stderr().startsWith("cloister: ") && outcome.stderr().contains(sentence), outcome.stderr());
    }
}
