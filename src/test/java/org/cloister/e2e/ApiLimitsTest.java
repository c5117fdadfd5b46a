package org.cloister.e2e;

import static org.cloister.e2e.ApiInputTest.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Limits and profiles by REST: what is refused, what is shown, and what changes on a running tenant. */
class ApiLimitsTest {

    private static final List<String> NAMES = List.of(
            "cpuPercent",
            "cpuWeight",
            "memoryBytes",
            "swapBytes",
            "pids",
            "diskBytes",
            "ioReadBytes",
            "ioWriteBytes",
            "ioReadOps",
            "ioWriteOps",
            "receiveBytes",
            "sendBytes",
            "connections",
            "terminals",
            "sessions");

    private static Instance instance;
    private static TenantHandle eve;

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        eve = instance.tenant("api-limits");
    }

    @AfterAll
    static void leave() {
        if (eve == null) return;
        eve.close();
        instance.request("DELETE", "/plans/api-nested", null);
    }

    private static Instance.Answer limits(Map<String, Object> limits) {
        return instance.change("PATCH", "/tenants/api-limits", Map.of("limits", limits));
    }

    private static JsonNode usage() {
        return instance.usage("api-limits");
    }

    @Test
    void aLimitOutOfItsBoundsOrOfNoNameIsRefusedByName() {
        JsonNode before = eve.show().get("limits");
        for (Map.Entry<String, Object> wrong : Map.<String, Object>of(
                        "sessions", 0, "ioWriteBytes", 1, "terminals", 5_000, "swapBytes", -1, "nothing", 7)
                .entrySet())
            assertEquals(
                    "limits." + wrong.getKey(),
                    problem(limits(Map.of(wrong.getKey(), wrong.getValue())), 400)
                            .get("field")
                            .asText());
        assertEquals(before, eve.show().get("limits"));
    }

    @Test
    void everyLimitIsDescribedWithItsBoundsAndShownOfPlanAndTenant() {
        JsonNode schemas = instance.send(
                        "GET",
                        "/q/openapi?format=json",
                        null,
                        Map.of("Authorization", "Bearer " + instance.adminToken(), "Accept", "application/json"))
                .expect(200)
                .json()
                .at("/components/schemas");
        JsonNode plan = instance.get("/plans/small").expect(200).json();
        JsonNode tenant = eve.show().get("limits");
        for (String name : NAMES) {
            for (String schema : List.of("Limits", "PlanView")) {
                JsonNode described = schemas.path(schema).path("properties").path(name);
                assertTrue(
                        described.has("minimum") && described.has("maximum") && described.has("description"),
                        schema + "." + name + ": " + described);
            }
            assertTrue(plan.path(name).isIntegralNumber(), name + " of the plan");
            assertTrue(tenant.path(name).isIntegralNumber(), name + " of the tenant");
        }
        assertEquals(
                100_000, schemas.at("/Limits/properties/cpuPercent/maximum").asInt());
        assertEquals(128, schemas.at("/Limits/properties/sessions/default").asInt());
    }

    @Test
    void usageShowsEachMeasureWithItsLimitAndHits() {
        JsonNode usage = usage();
        for (String path : List.of(
                "/cpu",
                "/memory",
                "/swap",
                "/pids",
                "/disk",
                "/io/readBytes",
                "/io/writeBytes",
                "/io/readOps",
                "/io/writeOps",
                "/network/received",
                "/network/sent",
                "/network/connections",
                "/terminals",
                "/sessions")) {
            JsonNode measure = usage.at(path);
            assertTrue(measure.path("used").isIntegralNumber(), path + ": " + measure);
            assertTrue(measure.path("limit").isIntegralNumber(), path + ": " + measure);
            assertTrue(measure.at("/hits/count").isIntegralNumber(), path + ": " + measure);
            assertTrue(measure.at("/hits/processes").isArray(), path + ": " + measure);
        }
    }

    @Test
    void aLimitThatIsChangedIsSeenOnTheRunningTenantAtOnce() {
        int before = eve.namespaces().get("initPid").asInt();
        limits(Map.of("ioWriteBytes", 0, "sendBytes", 1 << 20, "connections", 77))
                .expect(200);
        assertEquals(0, usage().at("/io/writeBytes/limit").asLong());
        assertEquals(1 << 20, usage().at("/network/sent/limit").asLong());
        assertEquals(77, usage().at("/network/connections/limit").asLong());
        assertEquals(before, eve.namespaces().get("initPid").asInt(), "the change restarted it");
    }

    @Test
    void aSessionBeyondTheLimitIsTurnedAwayInWordsAndCounted() throws IOException, InterruptedException {
        nobodyIsIn();
        int before = usage().at("/sessions/hits/count").asInt();
        limits(Map.of("sessions", 2)).expect(200);
        List<Process> open = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++)
                open.add(new ProcessBuilder(eve.sshCommand(List.of(), "echo in; exec sleep 1000")).start());
            for (Process session : open)
                assertEquals('i', session.getInputStream().read());
            assertEquals(2, usage().at("/sessions/used").asInt());
            Command.Outcome third = eve.ssh("true");
            assertEquals(255, third.exit(), third.toString());
            assertEquals(
                    "api-limits may have 2 sessions at a time; close one first.",
                    third.stderr().strip());
            assertEquals(before + 1, usage().at("/sessions/hits/count").asInt());
            assertFalse(usage().at("/sessions/hits/lastAt").asText().isEmpty());
            open.remove(0).destroy();
            Eventually.holds(() -> assertEquals(0, eve.ssh("true").exit(), "a place that was left is taken again"));
        } finally {
            open.forEach(Process::destroy);
            limits(Map.of("sessions", 64)).expect(200);
        }
    }

    /** The log is written within a minute, and not again within the hour. A tenant of its own, so that none was told yet. */
    @Test
    void whoRunsIntoALimitIsInTheEventsOnce() throws IOException, InterruptedException {
        long last = instance.get("/events?limit=1")
                .expect(200)
                .json()
                .path(0)
                .path("id")
                .asLong();
        try (TenantHandle full = instance.tenant("api-limits2")) {
            instance.limit("api-limits2", Map.of("sessions", 1));
            Process busy = new ProcessBuilder(full.sshCommand(List.of(), "echo in; exec sleep 1000")).start();
            try {
                assertEquals('i', busy.getInputStream().read());
                for (int i = 0; i < 3; i++) assertEquals(255, full.ssh("true").exit());
                Eventually.seen("an event", Instance.PATIENCE, () -> hitEvents(last) == 1);
                for (int i = 0; i < 3; i++) assertEquals(255, full.ssh("true").exit());
                TimeUnit.SECONDS.sleep(35);
                assertEquals(1, hitEvents(last));
            } finally {
                busy.destroy();
            }
        }
    }

    /** Of sessions: where a machine is busy, a limit of the processor may act as well. */
    private static long hitEvents(long after) {
        return instance
                .get("/events?tenant=api-limits2&limit=1000&after=" + after)
                .expect(200)
                .json()
                .findValuesAsText("sentence")
                .stream()
                .filter(sentence -> sentence.contains("ran into a limit, sessions"))
                .count();
    }

    /** Whom a test before this one let go, the server lets go a moment later. */
    private static void nobodyIsIn() {
        Eventually.holds(() -> assertEquals(0, usage().at("/sessions/used").asInt()));
    }

    @Test
    void aProfileIsStrictUnlessAPlanSaysOtherwiseAndBringsARestart() {
        assertEquals(
                "strict",
                instance.get("/plans/small").expect(200).json().get("profile").asText());
        assertEquals("strict", eve.show().get("profile").asText());
        instance.request("DELETE", "/plans/api-nested", null);
        Map<String, Object> plan = new HashMap<>(Map.of(
                "name", "api-nested", "cpuPercent", 100, "memoryBytes", 512 << 20, "pids", 512, "diskBytes", 1L << 32));
        plan.put("profile", "anything");
        assertEquals(
                "profile",
                problem(instance.request("POST", "/plans", plan), 400)
                        .get("field")
                        .asText());
        plan.put("profile", "nesting");
        instance.request("POST", "/plans", plan).expect(201);

        int before = eve.namespaces().get("initPid").asInt();
        JsonNode changed = instance.change("PATCH", "/tenants/api-limits", Map.of("plan", "api-nested"))
                .expect(200)
                .json();
        assertEquals("nesting", changed.get("profile").asText());
        assertEquals("running", changed.get("state").asText());
        assertNotEquals(before, eve.namespaces().get("initPid").asInt());
        Eventually.holds(() -> assertTrue(instance.get("/events?tenant=api-limits&limit=1000")
                .expect(200)
                .json()
                .findValuesAsText("sentence")
                .contains("api-limits has the profile nesting now, and is restarted for it.")));

        instance.change("POST", "/tenants/api-limits/freeze", null).expect(200);
        assertTrue(problem(instance.change("PATCH", "/tenants/api-limits", Map.of("plan", "small")), 409)
                .get("detail")
                .asText()
                .contains("frozen"));
        instance.change("POST", "/tenants/api-limits/thaw", null).expect(200);
        instance.change("PATCH", "/tenants/api-limits", Map.of("plan", "small")).expect(200);
        assertEquals("strict", eve.show().get("profile").asText());
    }
}
