package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a tenant used is there afterwards: minute by minute, then more coarsely, and gone with the tenant. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class UsageHistoryTest {

    /** Two looks at a tenant make a sample; samples are gathered once a minute. */
    private static final Duration PATIENCE = Instance.PATIENCE;

    private static final long NOW = Instant.now().getEpochSecond();

    /** The latest whole ten minutes. */
    private static final Instant TENS = Instant.ofEpochSecond(NOW / 600 * 600 - 600);

    /** The latest whole two hours that do not hold these. */
    private static final Instant TWOS = Instant.ofEpochSecond(NOW / 7200 * 7200 - (NOW % 7200 < 600 ? 14_400 : 7_200));

    private static Instance instance;
    private static TenantHandle tenant;
    private static TenantHandle still;

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        tenant = instance.tenant("carrel");
        // Begun here, so that the tests wait for all of it at once.
        tenant.ssh("nohup timeout 900 sh -c 'while :; do :; done' >/dev/null 2>&1 &");
        still = instance.tenant("carrel2", Map.of("start", false)); // it adds no samples of its own
        String id = still.show().get("id").asText();
        insert(id, 60, TENS, 10);
        insert(id, 600, TWOS, 12);
    }

    @AfterAll
    static void leave() {
        if (still != null) still.close();
        if (tenant != null) tenant.close();
    }

    @ParameterizedTest
    @CsvSource({
        "from=yesterday, from",
        "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z, from",
        "step=61, step",
        "step=x, step",
        "from=2020-01-01T00:00:00Z&step=60, step"
    })
    void aTimeThatIsNoneIsRefusedWithItsFieldNamed(String query, String field) {
        var answer = instance.get("/tenants/carrel/usage?" + query).expect(400);
        assertEquals(field, answer.json().get("field").asText(), answer.text());
    }

    @Test
    void whatATenantBurnsIsSampledWithinMinutesAndDrawn() {
        Eventually.holds(PATIENCE, () -> {
            JsonNode samples = instance.get("/tenants/carrel/usage?step=60")
                    .expect(200)
                    .json()
                    .get("samples");
            assertTrue(samples.size() >= 1, samples.toString());
            double cpu = 0;
            for (JsonNode sample : samples)
                cpu = Math.max(cpu, sample.at("/used/cpuPercent/peak").asDouble());
            assertTrue(cpu > 5, samples.toString());
            assertTrue(samples.get(0).at("/used/memoryBytes/mean").asLong() > 100_000, samples.toString());
        });
        String page = instance.send(
                        "GET",
                        "/tenants/carrel/use?span=hour",
                        null,
                        Map.of("Authorization", "Bearer " + instance.adminToken(), "HX-Request", "true"))
                .expect(200)
                .text();
        assertTrue(page.contains("class=\"mean\" d=\"M"), page);
    }

    @Test
    @Order(Integer.MAX_VALUE) // it stops the tenant
    void everyMetricOfTheDashboardIsThereAndATenantsGoWithIt() throws Exception {
        JsonNode panels = Instance.JSON
                .readTree(java.nio.file.Path.of("ops/grafana/cloister.json").toFile())
                .get("panels");
        Eventually.holds(PATIENCE, () -> {
            String metrics = metrics();
            for (JsonNode panel : panels) {
                var name = java.util.regex.Pattern.compile("cloister_\\w+")
                        .matcher(panel.at("/targets/0/expr").asText());
                assertTrue(name.find(), panel.toString());
                do
                    assertTrue(
                            metrics.contains("\n" + name.group() + "{") || metrics.contains("\n" + name.group() + " "),
                            name.group());
                while (name.find());
            }
            assertTrue(metrics.contains("cloister_tenant_limit{limit=\"memoryBytes\",tenant=\"carrel\"}"), metrics);
        });
        instance.change("POST", "/tenants/carrel/stop", null).expect(200);
        Eventually.holds(PATIENCE, () -> assertTrue(!metrics().contains("tenant=\"carrel\"")));
    }

    private static String metrics() {
        return instance.send("GET", "/q/metrics", null, Map.of("Authorization", "Bearer " + instance.adminToken()))
                .expect(200)
                .text();
    }

    @Test
    void samplesAreGatheredIntoLongerStepsWhichKeepThePeak() {
        Eventually.holds(PATIENCE, UsageHistoryTest::assertGathered);
    }

    private static void assertGathered() {
        JsonNode tens = samples(600, TENS);
        assertEquals(1, tens.size(), tens.toString());
        assertEquals(4.5, tens.get(0).at("/used/memoryBytes/mean").asDouble());
        assertEquals(1000, tens.get(0).at("/used/memoryBytes/peak").asDouble());
        JsonNode twos = samples(7200, TWOS);
        assertEquals(1, twos.size(), twos.toString());
        assertEquals(5.5, twos.get(0).at("/used/pids/mean").asDouble());
        assertEquals(1000, twos.get(0).at("/used/pids/peak").asDouble());
    }

    /** So many samples from then on, each its own number; one peaked at 1000. */
    private static void insert(String id, int step, Instant from, int count) {
        String said = instance.psql("""
                insert into usage_sample
                select '%s', %d, timestamptz '%s' + i * interval '%d s',
                       array_fill(i::real, array[8]), array_fill((case i when 7 then 1000 else i end)::real, array[8])
                  from generate_series(0, %d) i""".formatted(id, step, from, step, count - 1));
        assertTrue(said.startsWith("INSERT"), said);
    }

    private static JsonNode samples(int step, Instant from) {
        String to = from.plusSeconds(step).toString();
        return instance.get("/tenants/carrel2/usage?from=" + from + "&to=" + to + "&step=" + step)
                .expect(200)
                .json()
                .get("samples");
    }

    @Test
    void samplesGoWithTheirTenant() {
        String id;
        try (TenantHandle other = instance.tenant("carrel3", Map.of("start", false))) {
            id = other.show().get("id").asText();
            instance.psql("insert into usage_sample values ('" + id + "', 60, now(), '{1}', '{1}')");
            assertTrue(count(id).contains(" 1\n"));
        }
        assertTrue(count(id).contains(" 0\n"), count(id));
    }

    private static String count(String id) {
        return instance.psql("select count(*) from usage_sample where tenant_id = '" + id + "'");
    }
}
