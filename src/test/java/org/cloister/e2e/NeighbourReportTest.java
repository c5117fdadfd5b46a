package org.cloister.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.cloister.e2e.ApiInputTest.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.cloister.Schemas;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Request;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The noisy-neighbour test as an admin runs it: Alice is measured, and whoever attacks is nobody's and is gone after it. */
class NeighbourReportTest {

    private static final Duration PATIENCE = Instance.PATIENCE;

    /** Fifteen phases, on a machine that others may be at work on. */
    private static final Duration RUN = Duration.ofMinutes(12);

    private static final String PLAN = "used-up";

    private static Instance instance;
    private static TenantHandle alice;

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        // Small enough to be used up in a second, and so the smallest, which a test takes by itself.
        instance.request("DELETE", "/plans/" + PLAN, null);
        instance.request(
                        "POST",
                        "/plans",
                        Map.of(
                                "name",
                                PLAN,
                                "cpuPercent",
                                20,
                                "memoryBytes",
                                64 << 20,
                                "pids",
                                96,
                                "diskBytes",
                                256 << 20,
                                "terminals",
                                16))
                .expect(201);
        alice = instance.tenant("alice");
    }

    @AfterAll
    static void leave() {
        if (alice != null) alice.close();
        if (instance != null) instance.request("DELETE", "/plans/" + PLAN, null);
    }

    @BeforeEach
    void letAliceRun() {
        instance.change("POST", "/tenants/alice/start", null).expect(200);
    }

    @AfterEach
    void noAttackerIsLeft() {
        Eventually.seen("the end of every attacker", PATIENCE, () -> attackers().isEmpty());
    }

    @Test
    void aWishThatMakesNoSenseIsRefusedAndNobodyIsOnboarded() {
        assertEquals("victim", refused(Map.of(), 400));
        assertEquals("victim", refused(Map.of("victim", "nobody-of-that-name"), 400));
        assertEquals("plan", refused(Map.of("victim", "alice", "plan", "gigantic"), 400));
        for (int seconds : new int[] {-1, 0, 61})
            assertEquals("seconds", refused(Map.of("victim", "alice", "seconds", seconds), 400));
        instance.change("POST", "/tenants/alice/stop", null).expect(200);
        assertEquals("victim", refused(Map.of("victim", "alice"), 409));
        assertEquals(Set.of(), attackers());
    }

    /** Whoever took over the manager could ask for it: whatever runs in an attacker is killed. */
    @Test
    void theAgentLetsNobodysTenantAttack() {
        try (TenantHandle bob = instance.tenant("bob")) {
            AgentClient agent = new AgentClient(instance.run().resolve("agent/agent.sock"));
            UUID victim = UUID.fromString(alice.show().get("id").asText());
            UUID attacker = UUID.fromString(bob.show().get("id").asText());
            AgentException refusal =
                    assertThrows(AgentException.class, () -> agent.ask(new Request.TestNeighbour(victim, attacker, 1)));
            assertTrue(refusal.getMessage().startsWith("Only a tenant that was made for the test attacks"));
        }
    }

    @Test
    void aVictimThatStopsInTheMiddleEndsTheTestAndNothingIsLeft() {
        int reports = reports();
        String operation = begin();
        assertTrue(problem(start(2), 409).get("detail").asText().contains("A neighbour test runs already"));
        assertTrue(problem(instance.change("POST", "/audits", null), 409)
                .get("detail")
                .asText()
                .contains("A neighbour test runs"));
        instance.change("POST", "/tenants/alice/stop", null).expect(200);
        JsonNode end = end(operation);
        assertTrue(end.get("problem").asText().startsWith("alice could not be measured to the end"), end.toString());
        assertEquals(Set.of(), attackers(), "the attacker is gone when the operation is done");
        assertEquals(reports, reports());
    }

    @Test
    void aTestThatLosesItsManagerLeavesNobody() {
        String operation = begin();
        long manager = Machine.pid(instance, "manager");
        Command.run("kill", "-KILL", Long.toString(manager)).orFail();
        Eventually.seen("the manager", PATIENCE, () -> Machine.pid(instance, "manager") != manager && answers());
        JsonNode end = end(operation);
        assertTrue(end.get("problem").asText().startsWith("The manager was restarted"), end.toString());
    }

    @Test
    void aliceIsMeasuredAloneAndBesideANeighbourWhoseLimitsAct(@TempDir Path directory) throws IOException {
        JsonNode operation = end(start(1).expect(202).json().get("id").asText());
        assertEquals("", operation.path("problem").asText(""), operation.toString());
        var answer = instance.get("/neighbour-tests/" + operation.get("subject").asText())
                .expect(200);
        JsonNode report = answer.json();
        assertEquals("cloister-neighbour/1", report.get("schema").asText());
        assertEquals(List.of(), Schemas.faults(answer.text()));
        assertEquals(96, report.at("/attacker/limits/pids").asInt(), "the smallest plan, since none was named");
        assertEquals(Set.of(), attackers(), "the attacker is gone when the operation is done");

        Map<String, JsonNode> phases = new HashMap<>();
        List<String> order = new ArrayList<>();
        for (JsonNode phase : report.get("phases")) {
            phases.put(phase.get("name").asText(), phase);
            order.add(phase.get("name").asText());
        }
        assertEquals("alone-before", order.getFirst());
        assertEquals(List.of("all", "alone-after"), order.subList(order.size() - 2, order.size()));
        for (JsonNode phase : phases.values()) {
            assertEquals(5, phase.get("operations").size(), phase.toString());
            for (JsonNode beat : phase.get("operations")) {
                assertTrue(beat.get("count").asInt() > 0, phase.toString());
                assertTrue(beat.get("p50").asLong() > 0, phase.toString());
                assertTrue(beat.get("p50").asLong() <= beat.get("p99").asLong(), phase.toString());
                assertTrue(beat.get("p99").asLong() <= beat.get("max").asLong(), phase.toString());
            }
        }
        // The limits that each way is to run into, as the kernel counts them; and what it told the attacker.
        acted(phases.get("processor"), "cpuPercent");
        acted(phases.get("processes"), "pids");
        acted(phases.get("memory"), "memoryBytes");
        acted(phases.get("terminals"), "terminals");
        acted(phases.get("disk"), "diskBytes");
        assertTrue(phases.get("processes").at("/attacks/0/refused/EAGAIN").asLong() > 0, answer.text());
        assertTrue(phases.get("memory").at("/attacks/0/did").asLong() > 0, answer.text());
        assertTrue(phases.get("terminals").at("/attacks/0/refused/ENOSPC").asLong() > 0, answer.text());
        assertTrue(phases.get("alone-before").get("attacks").isEmpty());

        theReportIsKeptAndSigned(report.get("id").asText(), answer.text(), directory);
        thePageShowsIt(report.get("id").asText());
    }

    private void theReportIsKeptAndSigned(String id, String text, Path directory) throws IOException {
        assertEquals(text, instance.get("/neighbour-tests/" + id).expect(200).text());
        assertEquals(
                text,
                instance.get("/neighbour-tests/" + id + ".json").expect(200).text());
        JsonNode listed =
                instance.get("/neighbour-tests?limit=1").expect(200).json().get(0);
        assertEquals(id, listed.get("id").asText());
        assertEquals("alice", listed.get("victim").asText());
        Path signature = directory.resolve("report.sig");
        Files.writeString(
                signature,
                instance.get("/neighbour-tests/" + id + ".sig").expect(200).text());
        List<String> verify = instance.verification(signature);
        Command.run(verify, text.getBytes(), Command.LONG).orFail();
        assertFalse(Command.run(verify, (text + " ").getBytes(), Command.LONG).exit() == 0);
    }

    private void thePageShowsIt(String id) {
        try (Chromium chromium = new Chromium();
                Visitor admin = chromium.visit(instance)) {
            admin.open("/audits");
            admin.page.getByText("Neighbour tests").click();
            assertThat(admin.heading("Run a test")).isVisible();
            assertThat(admin.page.locator("#neighbour-test")).containsText("Every tenant feels it.");
            admin.pictures("neighbour-tests");
            admin.page.getByLabel("Seconds in each phase").fill("nine");
            admin.button("Run the test").click();
            assertThat(admin.page.getByRole(com.microsoft.playwright.options.AriaRole.ALERT))
                    .containsText("a number of seconds");

            admin.open("/neighbour-tests/" + id);
            assertThat(admin.heading("alice beside a neighbour")).isVisible();
            assertThat(admin.page.locator("main")).containsText("alone, after"); // the table is the chart's text
            assertThat(admin.page.locator(".latency")).hasCount(5);
            assertThat(admin.page.locator("main")).containsText("EAGAIN");
            admin.pictures("neighbour-test");
        }
    }

    private static void acted(JsonNode phase, String limit) {
        for (JsonNode acted : phase.get("acted"))
            if (acted.get("limit").asText().equals(limit)
                    && acted.get("tenant").asText().startsWith("neighbour-")) return;
        throw new AssertionError(limit + " did not act: " + phase);
    }

    /** @return the field that is at fault */
    private static String refused(Map<String, Object> wish, int status) {
        return problem(instance.change("POST", "/neighbour-tests", wish), status)
                .get("field")
                .asText();
    }

    private static Instance.Answer start(int seconds) {
        return instance.request("POST", "/neighbour-tests", Map.of("victim", "alice", "seconds", seconds));
    }

    /** A test that is under way: its attacker is there, and Alice is being measured. */
    private static String begin() {
        String operation = start(20).expect(202).json().get("id").asText();
        Eventually.seen(
                "a phase",
                PATIENCE,
                () -> operation(operation).get("phase").asText().startsWith("alone"));
        assertEquals(1, attackers().size());
        return operation;
    }

    private static JsonNode end(String operation) {
        Eventually.seen(
                "the operation's end",
                RUN,
                () -> operation(operation).get("done").asBoolean());
        return operation(operation);
    }

    private static JsonNode operation(String id) {
        return instance.get("/operations/" + id).expect(200).json();
    }

    private static int reports() {
        return instance.get("/neighbour-tests").expect(200).json().size();
    }

    private static Set<String> attackers() {
        Set<String> names = new TreeSet<>();
        for (JsonNode tenant : instance.get("/tenants?limit=1000").expect(200).json())
            if (tenant.get("name").asText().matches("neighbour-[0-9a-f]{8}"))
                names.add(tenant.get("name").asText());
        return names;
    }

    private static boolean answers() {
        try {
            return instance.get("/tenants").status() == 200;
        } catch (AssertionError e) {
            return false;
        }
    }
}
