package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The experiment of the audit: what it tries, what its controls are worth, and what a tenant can do to it. */
class ProofTest {

    private static final String PLAN = "proof-test";

    /** What a kernel or a machine may lack; keys are refused to every tenant, so that none can plant one. */
    private static final Set<String> MAY_LACK = Set.of(
            "keyring",
            "module",
            "kexec",
            "sysrq",
            "swap",
            "bpf",
            "perf",
            "userfaultfd",
            "io-uring",
            "block-device",
            "release-agent",
            "tcp6",
            "udp6");

    private static Instance instance;
    private static TenantHandle alice;
    private static TenantHandle bob;
    private static TenantHandle eve;

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        alice = instance.tenant("proof-alice");
        bob = instance.tenant("proof-bob");
        eve = instance.tenant("proof-eve");
    }

    @AfterAll
    static void leave() {
        for (TenantHandle tenant : new TenantHandle[] {alice, bob, eve}) if (tenant != null) tenant.close();
    }

    private static JsonNode audit() {
        return instance.audit();
    }

    private static JsonNode cell(JsonNode report, String attacker, String victim) {
        for (JsonNode cell : report.get("cells"))
            if (cell.get("attacker").asText().equals(attacker)
                    && cell.get("victim").asText().equals(victim)) return cell;
        throw new AssertionError("no cell of " + attacker + " and " + victim);
    }

    private static String verdict(JsonNode report, TenantHandle attacker, String victim) {
        return cell(report, attacker.name(), victim).get("verdict").asText();
    }

    private static String outcome(JsonNode control, String vector) {
        return control.path("attempts").path(vector).path("outcome").asText();
    }

    private static List<JsonNode> attempts(JsonNode report, String vector) {
        List<JsonNode> attempts = new ArrayList<>();
        for (JsonNode cell : report.get("cells"))
            for (JsonNode attempt : cell.get("attempts"))
                if (attempt.get("vector").asText().equals(vector)) attempts.add(attempt);
        return attempts;
    }

    @Test
    void everyVectorGetsThroughWhereASandboxIsBrokenAndNoneFromATenant() {
        JsonNode report = audit();
        assertEquals("passed", report.get("verdict").asText(), report.toString());
        assertTrue(
                report.get("vectors").size() > 60,
                "vectors: " + report.get("vectors").size());
        int tenants = report.get("tenants").size();
        for (JsonNode vector : report.get("vectors")) {
            String name = vector.get("name").asText();
            boolean machine = vector.get("against").asText().equals("machine");
            List<JsonNode> attempts = attempts(report, name);
            assertEquals(machine ? tenants : tenants * tenants, attempts.size(), name);
            int stopped = 0;
            for (JsonNode attempt : attempts) {
                if (attempt.get("verdict").asText().equals("passed")) {
                    stopped++;
                    assertTrue(attempt.get("outcome").asText().matches("E[A-Z]+"), attempt.toString());
                    assertEquals("succeeded", outcome(report.at("/controls/broken"), name), name);
                } else {
                    assertEquals("not-applicable", attempt.get("verdict").asText(), name + ": " + attempt);
                    assertFalse(attempt.get("detail").asText().isBlank(), name);
                }
            }
            if (!machine && !MAY_LACK.contains(name))
                for (JsonNode tenant : report.get("tenants"))
                    assertEquals(
                            "succeeded",
                            outcome(
                                    report.at("/controls/owners/"
                                            + tenant.get("name").asText()),
                                    name),
                            name);
            // The machine's canary has no address of its own that could be pinged.
            int fewest = MAY_LACK.contains(name) ? 0 : name.equals("ping") ? tenants * (tenants - 1) : attempts.size();
            assertTrue(stopped >= fewest, name + " was stopped " + stopped + " times: " + attempts.getFirst());
        }
    }

    @Test
    void threeTenantsAreAuditedInFiveSeconds() throws Exception {
        int tenants = audit().get("tenants").size();
        if (tenants <= 3) Quickest.isBelow(5_000, ProofTest::auditMillis);
    }

    private static long auditMillis() {
        JsonNode report = audit();
        long millis = java.time.Duration.between(
                        java.time.Instant.parse(report.get("startedAt").asText()),
                        java.time.Instant.parse(report.get("finishedAt").asText()))
                .toMillis();
        System.out.println("audit of " + report.get("tenants").size() + " tenants: " + millis + " ms");
        return millis;
    }

    @Test
    void nothingThatWasPlantedIsLeft() {
        Set<String> before = plantedOnTheMachine();
        audit();
        String left = "ls -A /root /tmp /dev/shm | grep canary; cat /proc/sysvipc/* | awk 'NF && $1 !~ /key/'; ps ax"
                + " -o args | grep '^canary'; true";
        Eventually.holds(() -> assertEquals("", eve.ssh(left).orFail().out()));
        // Another instance's audit on this machine may be at work.
        Eventually.holds(() -> {
            Set<String> now = plantedOnTheMachine();
            now.removeAll(before);
            assertEquals(Set.of(), now);
        });
    }

    private static Set<String> plantedOnTheMachine() {
        Set<String> planted = new TreeSet<>();
        try {
            for (Path directory : List.of(Path.of("/tmp"), Path.of("/dev/shm")))
                try (var files = Files.list(directory)) {
                    files.map(Path::toString)
                            .filter(file -> file.matches(".*/[.]?canary-[0-9a-f]{32}"))
                            .forEach(planted::add);
                }
            Files.readAllLines(Path.of("/proc/keys")).stream()
                    .filter(key -> key.contains("canary-") && !key.contains(" expd "))
                    .map(key -> "key" + key.substring(key.indexOf("canary-")))
                    .forEach(planted::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return planted;
    }

    @Test
    void aCanaryThatItsOwnTenantKillsMakesItsColumnVoidAndNobodyElses() {
        eve.ssh("nohup sh -c 'while :; do pkill -KILL -f \"^canary \"; done' > /dev/null 2>&1 & echo $! > /run/killer")
                .orFail();
        JsonNode report = audit();
        eve.ssh("kill $(cat /run/killer)").orFail();
        assertEquals("void", report.get("verdict").asText());
        assertEquals("void", verdict(report, alice, eve.name()));
        assertEquals("void", verdict(report, bob, eve.name()));
        assertEquals("passed", verdict(report, alice, bob.name()));
        assertEquals("passed", verdict(report, bob, "host"));
        aKilledKeeperLeavesNothingToTheNext();
    }

    private static void aKilledKeeperLeavesNothingToTheNext() {
        // Not before it has planted something.
        eve.ssh(
                        "nohup sh -c 'until ls -A /root /tmp /dev/shm | grep -q canary && pkill -KILL -f \"^probe canary\"; do :; done'"
                                + " > /dev/null 2>&1 &")
                .orFail();
        audit();
        String planted = "ls -A /root /tmp /dev/shm | grep -c canary";
        assertNotEquals("0", eve.ssh(planted).out().strip(), "a keeper that was killed leaves what it planted");
        assertEquals("passed", verdict(audit(), alice, eve.name()));
        assertEquals("0", eve.ssh(planted).out().strip());
    }

    @Test
    void aProbeThatItsOwnTenantEndsMakesItsRowVoidAndNobodyElses() {
        bob.ssh(
                        "nohup sh -c 'while :; do pkill -KILL -f \"^probe attack\"; done' > /dev/null 2>&1 & echo $! > /run/killer")
                .orFail();
        JsonNode report = audit();
        bob.ssh("kill $(cat /run/killer)").orFail();
        assertEquals("void", report.get("verdict").asText());
        for (String victim : List.of(alice.name(), eve.name(), "host"))
            assertEquals("void", verdict(report, bob, victim), victim);
        for (String victim : List.of(bob.name(), eve.name(), "host"))
            assertEquals("passed", verdict(report, alice, victim), victim);
    }

    @Test
    void aTenantWhosePlanAllowsNestingIsNotBlamedForItsNamespaces() {
        instance.request("DELETE", "/plans/" + PLAN, null);
        Map<String, Object> plan = new HashMap<>(Map.of("name", PLAN, "summary", "Nests", "profile", "nesting"));
        plan.putAll(Map.of("cpuPercent", 100, "memoryBytes", 512 << 20, "pids", 512, "diskBytes", 2L << 30));
        instance.request("POST", "/plans", plan).expect(201);
        try (TenantHandle nested = instance.tenant("proof-nested", Map.of("plan", PLAN))) {
            JsonNode report = audit();
            Set<String> verdicts = new TreeSet<>();
            for (JsonNode attempt : cell(report, nested.name(), "host").get("attempts"))
                if (attempt.get("vector").asText().equals("user-namespace")) {
                    verdicts.add(attempt.get("verdict").asText());
                    assertEquals(
                            "This tenant's plan allows nesting.",
                            attempt.get("detail").asText());
                }
            assertEquals(Set.of("not-applicable"), verdicts);
            assertEquals("passed", report.get("verdict").asText(), report.toString());
        } finally {
            instance.request("DELETE", "/plans/" + PLAN, null);
        }
    }
}
