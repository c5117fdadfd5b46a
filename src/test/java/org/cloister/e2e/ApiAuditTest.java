package org.cloister.e2e;

import static org.cloister.e2e.ApiInputTest.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Audits by REST: a report is made, kept, and served byte for byte. */
class ApiAuditTest {

    private Instance instance;

    @BeforeEach
    void findTheInstance() {
        instance = Instance.assumeRunning();
    }

    @Test
    void aReportIsKeptAndServedByteForByte() {
        try (TenantHandle first = instance.tenant("api-audit");
                TenantHandle second = instance.tenant("api-audit2")) {
            var answer = instance.request("POST", "/audits", null, Map.of("Prefer", "wait=110"))
                    .expect(201);
            JsonNode report = answer.json();
            String id = report.get("id").asText();
            assertTrue(report.get("verdict").asText().matches("passed|failed|void"), answer.text());
            assertEquals(
                    answer.text(), instance.get("/audits/" + id).expect(200).text());
            var file = instance.get("/audits/" + id + ".json").expect(200);
            assertEquals(answer.text(), file.text());
            assertTrue(
                    file.headers().firstValue("content-disposition").orElse("").startsWith("attachment"),
                    file.headers().toString());
            JsonNode listed = instance.get("/audits?limit=1").expect(200).json().get(0);
            assertEquals(id, listed.get("id").asText());
            for (String count : new String[] {"passed", "failed", "void"}) {
                assertTrue(report.at("/summary/" + count).isInt(), answer.text());
                assertEquals(report.at("/summary/" + count), listed.at("/summary/" + count));
            }
        }
    }

    @Test
    void withoutARunningTenantThereIsNothingToAudit() {
        for (JsonNode tenant : instance.get("/tenants?limit=1000").expect(200).json())
            assumeTrue(
                    !tenant.get("state").asText().equals("running"),
                    "a tenant of another test runs: " + tenant.get("name").asText());
        problem(instance.change("POST", "/audits", null), 409);
    }
}
