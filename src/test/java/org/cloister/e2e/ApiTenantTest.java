package org.cloister.e2e;

import static org.cloister.e2e.ApiInputTest.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The life of a tenant by REST: each state in its turn, each illegal move refused, nothing left behind. */
class ApiTenantTest {

    private static final int AT_ONCE = 20;

    private Instance instance;

    @BeforeEach
    void findTheInstance() {
        instance = Instance.assumeRunning();
    }

    @Test
    void aTenantHasEverythingThatItsSlotGives() {
        try (TenantHandle tenant = instance.tenant("api-life")) {
            JsonNode shown = tenant.show();
            int slot = shown.get("slot").asInt();
            assertEquals(
                    0x7000_0000L + slot * 65_536L, shown.at("/uidRange/first").asLong());
            assertEquals(65_536, shown.at("/uidRange/count").asInt());
            assertEquals(
                    "100.64." + (slot >> 8) + "." + (slot & 255),
                    shown.get("address4").asText());
            assertEquals("small", shown.get("plan").asText());
            assertEquals(536_870_912L, shown.at("/limits/memoryBytes").asLong());
            assertTrue(shown.at("/ssh/command").asText().endsWith("api-life@127.0.0.1"), shown.toString());
            assertTrue(shown.path("failure").isMissingNode(), shown.toString());
            JsonNode namespaces = tenant.namespaces();
            assertEquals(
                    "0 " + shown.at("/uidRange/first").asLong() + " 65536",
                    namespaces.at("/uidMap/0").asText().replaceAll(" +", " ").strip());
            JsonNode root = namespaces.at("/mounts/0");
            assertEquals(
                    "/ btrfs rw,nodev",
                    root.get("at").asText() + " " + root.get("type").asText() + " "
                            + root.get("attributes").asText());
            JsonNode first = instance.get("/tenants/api-life/processes")
                    .expect(200)
                    .json()
                    .get(0);
            assertEquals(1, first.get("pidInside").asInt());
            assertTrue(instance.get("/tenants/api-life/usage")
                            .expect(200)
                            .json()
                            .at("/pids/used")
                            .asInt()
                    >= 1);
        }
    }

    @Test
    void aTenantStopsStartsFreezesThawsAndRestarts() {
        try (TenantHandle tenant = instance.tenant("api-life")) {
            int before = tenant.namespaces().get("initPid").asInt();
            assertEquals("running", act("start", 200).get("state").asText(), "starting what runs changes nothing");
            assertEquals(before, tenant.namespaces().get("initPid").asInt());
            assertEquals("running", act("restart", 200).get("state").asText());
            assertNotEquals(before, tenant.namespaces().get("initPid").asInt());
            assertEquals("frozen", act("freeze", 200).get("state").asText());
            refused("start", "frozen");
            refused("restart", "frozen");
            assertEquals("running", act("thaw", 200).get("state").asText());
            assertEquals("stopped", act("stop", 200).get("state").asText());
            refused("restart", "stopped");
            refused("freeze", "stopped");
            refused("thaw", "stopped");
            assertEquals("running", act("start", 200).get("state").asText());
        }
    }

    /** Its own people can restart it, in a loop as well; each change that waits holds a thread of the manager. */
    @Test
    void whoAsksForTooMuchAtATimeIsRefusedAndTheTenantCanStillBeStopped() {
        try (TenantHandle tenant = instance.tenant("api-life")) {
            Instance.Answer last = null;
            for (int i = 0; i < 2000 && (last == null || last.status() == 202); i++)
                last = instance.request("POST", "/tenants/api-life/restart", null);
            assertTrue(problem(last, 429).get("detail").asText().contains("api-life has 16 changes under way"));
            assertEquals("stopped", act("stop", 200).get("state").asText());
            assertEquals("stopped", tenant.show().get("state").asText());
        }
    }

    @Test
    void aTenantThatIsNotStartedIsStopped() {
        try (TenantHandle tenant = instance.tenant("api-life", Map.of("start", false))) {
            assertEquals("stopped", tenant.show().get("state").asText());
            var answer = instance.get("/tenants/api-life/namespaces");
            assertTrue(answer.status() == 409, answer.toString());
        }
    }

    @Test
    void planAndLimitsChangeWhileItRuns() {
        try (TenantHandle tenant = instance.tenant("api-life")) {
            int before = tenant.namespaces().get("initPid").asInt();
            JsonNode changed = instance.change(
                            "PATCH", "/tenants/api-life", Map.of("plan", "medium", "limits", Map.of("pids", 333)))
                    .expect(200)
                    .json();
            assertEquals("medium", changed.get("plan").asText());
            assertEquals(333, changed.at("/limits/pids").asInt());
            assertEquals(2_147_483_648L, changed.at("/limits/memoryBytes").asLong());
            assertEquals(before, tenant.namespaces().get("initPid").asInt(), "the change restarted it");
            assertEquals(
                    333,
                    instance.get("/tenants/api-life/usage")
                            .expect(200)
                            .json()
                            .at("/pids/limit")
                            .asInt());
            JsonNode problem =
                    problem(instance.change("PATCH", "/tenants/api-life", Map.of("limits", Map.of("pids", 1))), 400);
            assertEquals("limits.pids", problem.get("field").asText());
            problem(instance.change("PATCH", "/tenants/api-life", Map.of("name", "other")), 400);
            List<String> told =
                    instance.get("/events?tenant=api-life&limit=1000").json().findValuesAsText("sentence");
            assertTrue(
                    told.stream()
                            .anyMatch(one -> one.startsWith("api-life was changed: plan small to medium; ")
                                    && one.contains("; Memory 512 MB to 2 GB; Processes 512 to 333;")),
                    told.toString());
            assertEquals(333, tenant.show().at("/limits/pids").asInt());
        }
    }

    @Test
    void aSecondTenantOfOneNameIsRefused() {
        try (TenantHandle tenant = instance.tenant("api-life")) {
            JsonNode problem =
                    problem(instance.change("POST", "/tenants", Map.of("name", "api-life", "plan", "small")), 409);
            assertEquals("name", problem.get("field").asText());
            assertEquals("running", tenant.show().get("state").asText());
        }
    }

    @Test
    void aDeletedTenantIsGoneAndItsSlotIsGivenAgain() {
        int slot;
        try (TenantHandle tenant = instance.tenant("api-life")) {
            slot = tenant.show().get("slot").asInt();
        }
        instance.get("/tenants/api-life").expect(404);
        problem(instance.change("DELETE", "/tenants/api-life", null), 404);
        try (TenantHandle again = instance.tenant("api-life")) {
            assertEquals(slot, again.show().get("slot").asInt());
        }
    }

    @Test
    void withoutWaitingAChangeAnswersWithAnOperationWhoseStreamEndsWithIt() {
        try (TenantHandle tenant = instance.tenant("api-life")) {
            var accepted =
                    instance.request("POST", "/tenants/api-life/restart", null).expect(202);
            String location = accepted.headers().firstValue("location").orElseThrow();
            String id = accepted.json().get("id").asText();
            assertTrue(location.endsWith("/api/v1/operations/" + id), location);
            // The stream ends when the operation is done, so the whole of it is the answer.
            String stream =
                    instance.get("/operations/" + id + "/stream").expect(200).text();
            List<String> lines =
                    stream.lines().filter(line -> line.startsWith("data:")).toList();
            assertTrue(lines.getLast().contains("\"done\":true"), stream);
            assertTrue(lines.getLast().contains("\"percent\":100"), stream);
            JsonNode operation = instance.get("/operations/" + id).expect(200).json();
            assertEquals("done", operation.get("phase").asText());
            assertEquals("tenant.restart", operation.get("kind").asText());
            assertFalse(operation.has("problem"), operation.toString());
        }
    }

    @Test
    void ofTwoCreationsOfOneNameAtOnceOneSucceeds() throws Exception {
        for (int round = 0; round < 3; round++) {
            List<Instance.Answer> answers =
                    atOnce(2, n -> instance.change("POST", "/tenants", Map.of("name", "api-twice", "plan", "small")));
            try {
                assertEquals(
                        List.of(201, 409),
                        answers.stream().map(Instance.Answer::status).sorted().toList(),
                        answers.toString());
            } finally {
                instance.change("DELETE", "/tenants/api-twice", null).expect(204);
            }
        }
    }

    @Test
    void twentyCreationsAtOnceGetTwentySlots() throws Exception {
        Set<Integer> slots = new HashSet<>();
        Set<Long> ranges = new HashSet<>();
        Set<String> addresses = new HashSet<>();
        try {
            for (Instance.Answer answer : atOnce(
                    AT_ONCE,
                    n -> instance.change("POST", "/tenants", Map.of("name", "api-many-" + n, "plan", "small")))) {
                JsonNode tenant = answer.expect(201).json();
                assertEquals("running", tenant.get("state").asText());
                slots.add(tenant.get("slot").asInt());
                ranges.add(tenant.at("/uidRange/first").asLong());
                addresses.add(tenant.get("address4").asText());
            }
            assertEquals(AT_ONCE, slots.size());
            assertEquals(AT_ONCE, ranges.size());
            assertEquals(AT_ONCE, addresses.size());
            assertPagesHoldAll();
        } finally {
            for (Instance.Answer answer :
                    atOnce(AT_ONCE, n -> instance.change("DELETE", "/tenants/api-many-" + n, null)))
                assertTrue(answer.status() == 204 || answer.status() == 404, answer.toString());
        }
    }

    /** Walks the list three at a time by its next links. */
    private void assertPagesHoldAll() {
        List<String> whole = new ArrayList<>();
        instance.get("/tenants?limit=1000")
                .expect(200)
                .json()
                .forEach(tenant -> whole.add(tenant.get("name").asText()));
        List<String> walked = new ArrayList<>();
        String next = "/tenants?limit=3";
        while (next != null) {
            var page = instance.get(next).expect(200);
            assertTrue(page.json().size() <= 3);
            page.json().forEach(tenant -> walked.add(tenant.get("name").asText()));
            next = page.headers()
                    .firstValue("link")
                    .map(link -> link.replaceFirst(".*/api/v1([^>]*)>.*", "$1"))
                    .orElse(null);
        }
        assertEquals(whole, walked);
    }

    private interface Numbered {
        Instance.Answer send(int number);
    }

    private static List<Instance.Answer> atOnce(int count, Numbered request) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
            List<Callable<Instance.Answer>> calls = new ArrayList<>();
            for (int n = 0; n < count; n++) {
                int number = n;
                calls.add(() -> request.send(number));
            }
            List<Instance.Answer> answers = new ArrayList<>();
            for (Future<Instance.Answer> answer : threads.invokeAll(calls)) answers.add(answer.get());
            return answers;
        }
    }

    private JsonNode act(String action, int status) {
        return instance.change("POST", "/tenants/api-life/" + action, null)
                .expect(status)
                .json();
    }

    private void refused(String action, String because) {
        JsonNode problem = problem(instance.change("POST", "/tenants/api-life/" + action, null), 409);
        assertTrue(problem.get("detail").asText().contains("is " + because), problem.toString());
    }
}
