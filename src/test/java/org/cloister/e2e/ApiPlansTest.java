package org.cloister.e2e;

import static org.cloister.e2e.ApiInputTest.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Plans, templates, host and events by REST. */
class ApiPlansTest {

    private static final Map<String, Object> TINY = Map.of(
            "name",
            "api-tiny",
            "summary",
            "For a test",
            "cpuPercent",
            50,
            "memoryBytes",
            64 << 20,
            "pids",
            64,
            "diskBytes",
            256 << 20);

    private Instance instance;

    @BeforeEach
    void findTheInstance() {
        instance = Instance.assumeRunning();
        instance.request("DELETE", "/plans/api-tiny", null);
    }

    @Test
    void thePlansOfTheBuildAreThereFromTheStart() {
        JsonNode plans = instance.get("/plans").expect(200).json();
        assertTrue(plans.findValuesAsText("name").containsAll(java.util.List.of("small", "medium", "large")));
    }

    @Test
    void aPlanIsMadeChangedAndRemoved() {
        instance.request("POST", "/plans", TINY).expect(201);
        assertEquals(
                "name",
                problem(instance.request("POST", "/plans", TINY), 409)
                        .get("field")
                        .asText());
        JsonNode changed = instance.request("PATCH", "/plans/api-tiny", Map.of("pids", 65))
                .expect(200)
                .json();
        assertEquals(65, changed.get("pids").asInt());
        assertEquals(50, changed.get("cpuPercent").asInt());
        instance.request("DELETE", "/plans/api-tiny", null).expect(204);
        instance.get("/plans/api-tiny").expect(404);
    }

    @Test
    void aPlanWithoutALimitOrWithAnImpossibleOneIsRefused() {
        for (String field : java.util.List.of("cpuPercent", "memoryBytes", "pids", "diskBytes")) {
            Map<String, Object> wish = new HashMap<>(TINY);
            wish.remove(field);
            assertEquals(
                    field,
                    problem(instance.request("POST", "/plans", wish), 400)
                            .get("field")
                            .asText());
            wish.put(field, -1);
            assertEquals(
                    field,
                    problem(instance.request("POST", "/plans", wish), 400)
                            .get("field")
                            .asText());
            wish.put(field, 1.5);
            assertEquals(
                    field,
                    problem(instance.request("POST", "/plans", wish), 400)
                            .get("field")
                            .asText());
        }
        instance.get("/plans/api-tiny").expect(404);
    }

    @Test
    void aPlanAndATemplateInUseStay() {
        instance.request("POST", "/plans", TINY).expect(201);
        try (TenantHandle tenant = instance.tenant("api-plans", Map.of("plan", "api-tiny"))) {
            assertEquals(64 << 20, tenant.show().at("/limits/memoryBytes").asInt());
            problem(instance.request("DELETE", "/plans/api-tiny", null), 409);
            String template = tenant.show().get("template").asText();
            problem(instance.request("DELETE", "/templates/" + template, null), 409);
            assertTrue(instance.get("/templates")
                    .expect(200)
                    .json()
                    .findValuesAsText("suite")
                    .contains(template));
        }
        instance.request("DELETE", "/plans/api-tiny", null).expect(204);
    }

    @Test
    void theHostIsShownAsTheAgentSeesIt() {
        JsonNode host = instance.get("/host").expect(200).json();
        assertTrue(host.get("cores").asInt() >= 1);
        assertTrue(host.get("poolBytes").asLong() > host.get("poolFreeBytes").asLong());
        assertTrue(host.get("missing").isArray());
    }

    @Test
    void whatIsDoneToATenantIsInItsEventsInOrder() {
        long last = instance.get("/events?limit=1")
                .expect(200)
                .json()
                .path(0)
                .path("id")
                .asLong();
        try (TenantHandle tenant = instance.tenant("api-plans")) {
            instance.change("POST", "/tenants/api-plans/stop", null).expect(200);
        }
        var expected = java.util.List.of("tenant.created", "tenant.stopped", "tenant.deleting", "tenant.deleted");
        Eventually.holds(() -> {
            JsonNode events = instance.get("/events?tenant=api-plans&after=" + last)
                    .expect(200)
                    .json();
            var kinds = events.findValuesAsText("kind");
            assertEquals(expected, kinds.stream().filter(expected::contains).toList());
            assertEquals("admin", events.get(0).get("actor").asText());
        });
    }
}
