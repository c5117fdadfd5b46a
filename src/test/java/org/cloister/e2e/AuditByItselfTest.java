package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * What happens when nobody asks: tenants are audited after they changed, and what is found is answered and posted. The
 * instance is started again for it, with the settings that other tests do without.
 */
@Order(345)
class AuditByItselfTest {

    private static final String PLAN = "freeze-test";
    private static final Duration PATIENCE = Instance.PATIENCE;

    private static Instance instance;
    private static Receiver receiver;
    private static final List<TenantHandle> TENANTS = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        instance = Instance.assumeRunning();
        receiver = new Receiver(instance.home().resolve("keys/manager/webhook.secret"));
        restart("yes", receiver.url());
        instance.request("DELETE", "/plans/" + PLAN, null);
        ObjectNode plan = (ObjectNode) instance.get("/plans/small").expect(200).json();
        assertEquals("report", plan.get("onFailedAudit").asText());
        instance.request("POST", "/plans", plan.put("name", PLAN).put("onFailedAudit", "freeze"))
                .expect(201);
        for (String name : List.of("alice", "bob")) TENANTS.add(instance.tenant(name));
        TENANTS.add(instance.tenant("eve", Map.of("plan", PLAN)));
        audit(); // of all: none is due any more for the restart
    }

    @AfterAll
    static void leave() {
        if (instance == null) return;
        TENANTS.forEach(TenantHandle::close);
        instance.request("DELETE", "/plans/" + PLAN, null);
        restart("no", "none");
        receiver.close();
    }

    private static void restart(String onChange, String webhook) {
        Map<String, String> environment = new HashMap<>();
        environment.put("CLOISTER_INSTANCE", instance.name());
        environment.put("CLOISTER_HOME", instance.home().toString());
        environment.put("CLOISTER_AUDIT_ON_CHANGE", onChange);
        environment.put("CLOISTER_WEBHOOK", webhook);
        environment.put("CLOISTER_WEBHOOK_EVENTS", "audit.failed,tenant.frozen,plan.*");
        for (String other :
                List.of("CLOISTER_HTTP", "CLOISTER_SSH", "CLOISTER_SLOTS", "CLOISTER_RUN", "CLOISTER_DB_URL"))
            environment.put(other, null);
        Command.run(List.of("ops/up", "--restart"), environment, new byte[0], Duration.ofMinutes(10))
                .orFail();
    }

    /** One of all, once none runs by itself. */
    private static JsonNode audit() {
        JsonNode[] report = new JsonNode[1];
        Eventually.holds(PATIENCE, () -> report[0] = instance.audit());
        return report[0];
    }

    /** The latest first. */
    private static JsonNode reports() {
        return instance.get("/audits?limit=20").expect(200).json();
    }

    private static String newest() {
        return reports().get(0).get("id").asText();
    }

    /** The reports after that one, once there are some and no audit runs or is about to. */
    private static List<JsonNode> after(String seen) throws InterruptedException {
        Eventually.seen("an audit by itself", PATIENCE, () -> !newest().equals(seen));
        String latest;
        do {
            latest = newest();
            Eventually.pause(8_000); // longer than changes are gathered
        } while (!newest().equals(latest));
        List<JsonNode> later = new ArrayList<>();
        for (JsonNode report : reports()) {
            if (report.get("id").asText().equals(seen)) break;
            later.add(report);
        }
        return later;
    }

    @Test
    void tenantsThatAreStartedTogetherMakeOneAuditOfTheirRowsAndColumns() throws InterruptedException {
        List<JsonNode> later;
        long apart;
        int tries = 0;
        do { // again where the machine was so slow that they were not started together
            for (String name : List.of("bob", "eve"))
                instance.change("POST", "/tenants/" + name + "/stop", null).expect(200);
            String before = newest();
            for (String name : List.of("bob", "eve"))
                instance.request("POST", "/tenants/" + name + "/start", null).expect(202);
            apart = millisBetween();
            later = after(before);
        } while (apart > 3_000 && ++tries < 5);
        assertEquals(1, later.size(), later.toString());
        assertEquals("[\"bob\",\"eve\"]", later.getFirst().get("focus").toString());
        JsonNode report = instance.get("/audits/" + later.getFirst().get("id").asText())
                .expect(200)
                .json();
        assertEquals("passed", report.get("verdict").asText());
        for (JsonNode cell : report.get("cells"))
            assertFalse(
                    cell.get("attacker").asText().equals("alice")
                            && cell.get("victim").asText().equals("host"),
                    "alice's own row was tried");
        assertTrue(page("/audits").contains("rows and columns of bob and eve"));
    }

    /** How long Bob or Eve ran before the other did. */
    private static long millisBetween() {
        long[] ran = new long[2];
        Eventually.seen("both running", PATIENCE, () -> {
            for (int i = 0; i < 2; i++)
                if (ran[i] == 0
                        && TENANTS.get(i + 1).show().get("state").asText().equals("running"))
                    ran[i] = System.nanoTime();
            return ran[0] != 0 && ran[1] != 0;
        });
        return Math.abs(ran[0] - ran[1]) / 1_000_000;
    }

    @Test
    void aTenantThatIsGivenOtherLimitsIsAuditedAndOneThatIsStoppedIsNot() throws InterruptedException {
        String before = newest();
        instance.change("POST", "/tenants/bob/stop", null).expect(200);
        Eventually.pause(8_000);
        assertEquals(before, newest(), "nothing of a stopped tenant could be tried");
        instance.change("POST", "/tenants/bob/start", null).expect(200);
        before = after(before).getFirst().get("id").asText();
        instance.limit("alice", Map.of("pids", 500));
        List<JsonNode> later = after(before);
        assertEquals(1, later.size(), later.toString());
        assertEquals("[\"alice\"]", later.getFirst().get("focus").toString());
    }

    @Test
    void whoIsFoundNotIsolatedIsFrozenOnceWhereItsPlanSaysSoAndStandsRedUntilItPassed() throws Exception {
        String eve = tree("eve");
        String bob = tree("bob");
        int frozenBefore = frozen().size();
        JsonNode failed;
        try {
            Command.run("chmod", "0755", eve, bob).orFail();
            failed = audit();
            assertEquals("failed", failed.get("verdict").asText());
            TENANTS.get(2).await("frozen");
            assertEquals("running", TENANTS.get(1).show().get("state").asText(), "bob's plan says report");
        } finally {
            Command.run("chmod", "0700", eve, bob).orFail();
        }
        List<JsonNode> frozen = frozen();
        assertEquals(frozenBefore + 1, frozen.size());
        String link = "/audits/" + failed.get("id").asText();
        assertEquals(link, frozen.getLast().get("link").asText());
        assertTrue(frozen.getLast().get("sentence").asText().contains("not isolated"), frozen.toString());
        assertTrue(page("/events").contains("href=\"" + link + "\""));

        // Everybody who runs passes, and Eve still stands.
        String before = newest();
        instance.limit("bob", Map.of("pids", 501));
        assertEquals("passed", after(before).getFirst().get("verdict").asText());
        assertEquals("passed", audit().get("verdict").asText());
        Eventually.pause(2_500);
        assertTrue(page("/plans").contains("href=\"" + link + "\""), "the banner is gone and Eve was not tried");
        assertTrue(page("/q/metrics").contains("cloister_audit_failed 1.0"));

        before = newest();
        instance.change("POST", "/tenants/eve/thaw", null).expect(200);
        JsonNode passed = after(before).getFirst();
        assertEquals("[\"eve\"]", passed.get("focus").toString());
        assertEquals("passed", passed.get("verdict").asText());
        Eventually.holds(() -> {
            assertFalse(page("/plans").contains("id=\"alarm\""));
            assertTrue(page("/q/metrics").contains("cloister_audit_failed 0.0"));
        });
        assertEquals("running", TENANTS.get(2).show().get("state").asText());
        assertEquals(frozenBefore + 1, frozen().size(), "frozen a second time");

        receiver.await("audit.failed", link);
        receiver.await("tenant.frozen", link);
    }

    @Test
    void eventsAreSignedAndComeInTheirOrderAlsoAfterAReceiverThatFailedAndAManagerThatWasKilled() throws Exception {
        receiver.answer(500);
        try {
            for (int pids = 100; pids < 103; pids++)
                instance.request("PATCH", "/plans/" + PLAN, Map.of("pids", pids))
                        .expect(200);
            Eventually.holds(() -> {
                assertTrue(page("/q/metrics").contains("cloister_webhook_waiting 3.0"));
                assertTrue(page("/machine").contains("does not take events: it answers 500."));
            });
            Machine.Life manager = Machine.Life.of(Machine.pid(instance, "manager"));
            Command.run("kill", "-KILL", Long.toString(manager.pid())).orFail();
            Eventually.seen(
                    "the manager",
                    PATIENCE,
                    () -> Machine.pid(instance, "manager") != manager.pid() && answers("/q/health/ready"));
        } finally {
            receiver.answer(204);
        }
        List<Receiver.Got> changes = receiver.await(3, "plan.changed");
        List<Long> ids = changes.stream().map(Receiver.Got::id).toList();
        assertEquals(ids.stream().sorted().toList(), ids);
        assertEquals(3, ids.stream().distinct().count(), "each once, for it was taken at once");
        Eventually.holds(() -> assertTrue(page("/q/metrics").contains("cloister_webhook_waiting 0.0")));
        assertEquals("", receiver.forged(), "with a signature that is not ours");
        String secret = instance.home().resolve("keys/manager/webhook.secret").toString();
        assertEquals(
                "600 " + instance.name(),
                Command.run("stat", "-c", "%a %U", secret).out().strip());
    }

    @Test
    void aReceiverThatSaysNothingHoldsUpNobody() {
        receiver.hang(true);
        try {
            long began = System.nanoTime();
            for (int pids = 200; pids < 210; pids++)
                instance.request("PATCH", "/plans/" + PLAN, Map.of("pids", pids))
                        .expect(200);
            page("/machine");
            assertTrue(System.nanoTime() - began < 30_000_000_000L, "ten changes and a page waited for the receiver");
        } finally {
            receiver.hang(false);
        }
        receiver.await(10, "plan.changed");
    }

    private static boolean answers(String path) {
        return Command.run("curl", "-fsS", "-o", "/dev/null", "--max-time", "5", instance.url() + path)
                        .exit()
                == 0;
    }

    private static String tree(String tenant) {
        String id =
                instance.get("/tenants/" + tenant).expect(200).json().get("id").asText();
        return instance.home().resolve("pool/tenants/" + id).toString();
    }

    private static List<JsonNode> frozen() {
        List<JsonNode> frozen = new ArrayList<>();
        for (JsonNode event :
                instance.get("/events?tenant=eve&limit=1000").expect(200).json())
            if (event.get("kind").asText().equals("tenant.frozen")) frozen.add(event);
        return frozen;
    }

    private static String page(String path) {
        return instance.send("GET", path, null, Map.of("Authorization", "Bearer " + instance.adminToken()))
                .expect(200)
                .text();
    }
}
