package org.cloister.e2e;

import static org.cloister.e2e.ApiInputTest.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloister.Schemas;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Audits by REST: a report is made, kept, and served byte for byte. */
class ApiAuditTest {

    private Instance instance;

    @BeforeEach
    void findTheInstance() {
        instance = Instance.assumeRunning();
    }

    @Test
    void aReportIsKeptAndServedByteForByte() throws IOException {
        try (TenantHandle first = instance.tenant("api-audit");
                TenantHandle second = instance.tenant("api-audit2")) {
            var answer = instance.request("POST", "/audits", null, Map.of("Prefer", "wait=240"))
                    .expect(201);
            JsonNode report = answer.json();
            String id = report.get("id").asText();
            assertTrue(report.get("verdict").asText().matches("passed|failed|void"), answer.text());
            assertEquals(List.of(), Schemas.faults(answer.text()));
            assertEquals(
                    answer.text(), instance.get("/audits/" + id).expect(200).text());
            var file = instance.get("/audits/" + id + ".json").expect(200);
            assertEquals(answer.text(), file.text());
            assertTrue(
                    file.headers().firstValue("content-disposition").orElse("").startsWith("attachment"),
                    file.headers().toString());
            var paper = instance.get("/audits/" + id + ".pdf").expect(200);
            assertEquals(
                    "application/pdf",
                    paper.headers().firstValue("content-type").orElse(""));
            assertTrue(paper.text().startsWith("%PDF-"), "no PDF");
            JsonNode listed = instance.get("/audits?limit=1").expect(200).json().get(0);
            assertEquals(id, listed.get("id").asText());
            for (String count : new String[] {"passed", "failed", "void", "not-applicable"}) {
                assertTrue(report.at("/summary/" + count).isInt(), answer.text());
                assertEquals(report.at("/summary/" + count), listed.at("/summary/" + count));
            }
        }
    }

    /**
     * As an auditor does it: with the files, the machine's public key, and ssh-keygen or our own command line. Reports alone
     * have gaps between them, where other records stand.
     */
    @Test
    void aReportIsSignedAndFollowsTheOneBeforeIt(@TempDir Path directory) throws IOException {
        String signers = instance.home().resolve("keys/audit.signers").toString();
        List<String> command = new ArrayList<>(
                List.of(Path.of("ops/cloister").toAbsolutePath().toString(), "audit", "verify", "--signers", signers));
        try (TenantHandle tenant = instance.tenant("api-audit")) {
            for (String name : List.of("one.json", "two.json")) {
                String id = instance.audit().get("id").asText();
                Files.writeString(
                        directory.resolve(name),
                        instance.get("/audits/" + id + ".json").expect(200).text());
                Files.writeString(
                        directory.resolve(name + ".sig"),
                        instance.get("/audits/" + id + ".sig").expect(200).text());
                command.add(directory.resolve(name).toString());
            }
        }
        Path two = directory.resolve("two.json");
        List<String> verify = instance.verification(Path.of(two + ".sig"));
        assertNotEquals(
                0,
                Command.run(verify, Files.readAllBytes(directory.resolve("one.json")), Command.LONG)
                        .exit());
        Command.run(verify, Files.readAllBytes(two), Command.LONG).orFail();

        Command.Outcome whole = Command.run(command, new byte[0], Command.LONG);
        assertTrue(whole.out().matches("(?s)(?!.*WRONG {2}.*(changed|key|follow)).*"), whole.toString());
        Files.writeString(two, Files.readString(two).replaceFirst("passed", "Passed"));
        Command.Outcome changed = Command.run(command, new byte[0], Command.LONG);
        assertEquals(1, changed.exit(), changed.toString());
        assertTrue(changed.out().contains("two.json: it was changed after it was signed"), changed.toString());
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
