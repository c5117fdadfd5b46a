package org.cloister.e2e;

import static org.cloister.e2e.ApiInputTest.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloister.Schemas;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is recorded beside audits: deletions, readings, changes of the key; and that the chain of all holds. */
@Order(890)
class RecordsTest {

    @TempDir
    Path directory;

    private Instance instance;

    @BeforeEach
    void findTheInstance() {
        instance = Instance.assumeRunning();
    }

    @Test
    void aTenantOfWhomAProcessIsLeftIsNotSaidToBeGone() throws Exception {
        TenantHandle eve = instance.tenant("rec-eve");
        JsonNode shown = eve.show();
        Process left = new ProcessBuilder(
                        "setpriv",
                        "--reuid",
                        Long.toString(shown.at("/uidRange/first").asLong() + 7),
                        "--regid",
                        "0",
                        "--clear-groups",
                        "sleep",
                        "600")
                .start();
        try {
            String uid = Long.toString(shown.at("/uidRange/first").asLong() + 7);
            Eventually.holds(() -> assertTrue(
                    Files.readString(Path.of("/proc/" + left.pid() + "/status")).contains("\nUid:\t" + uid + "\t")));
            Instance.Answer refused = instance.change("DELETE", "/tenants/rec-eve", null);
            problem(refused, 409);
            assertTrue(refused.text().contains("process " + left.pid()), refused.text());
            assertEquals("deleting", eve.show().get("state").asText(), "its slot stays taken");
            assertEquals(0, deletions(shown).size());
        } finally {
            left.destroyForcibly().waitFor();
        }
        assertEquals(204, instance.change("DELETE", "/tenants/rec-eve", null).status());
        assertEquals(1, deletions(shown).size());
    }

    @Test
    void aFileThatIsLeftStandsInTheRecord() throws IOException {
        TenantHandle eve = instance.tenant("rec-eve");
        JsonNode shown = eve.show();
        Path left = Path.of("/var/tmp/" + instance.name() + "-rec-left");
        try {
            Files.deleteIfExists(left);
            Files.createFile(left);
            Command.run("chown", shown.at("/uidRange/first").asText(), left.toString())
                    .orFail();
            assertEquals(
                    204, instance.change("DELETE", "/tenants/rec-eve", null).status());
        } finally {
            Files.deleteIfExists(left);
        }
        JsonNode record = deletions(shown).getFirst();
        assertEquals("failed", record.get("verdict").asText(), record.toString());
        assertTrue(record.get("looked").toString().contains(left.toString()), record.toString());
    }

    @Test
    void aDeletedTenantIsRecordedWithWhatTheAgentSaw() throws IOException {
        TenantHandle alice = instance.tenant("rec-alice");
        JsonNode shown = alice.show();
        alice.ssh("nohup sleep 1000 > /tmp/x 2>&1 < /dev/null &").orFail();
        assertEquals(204, instance.change("DELETE", "/tenants/rec-alice", null).status());
        List<JsonNode> records = deletions(shown);
        assertEquals(1, records.size());
        JsonNode record = records.getFirst();
        assertEquals("passed", record.get("verdict").asText(), record.toString());
        assertEquals("rec-alice", record.at("/tenant/name").asText());
        assertEquals(shown.get("slot"), record.at("/tenant/slot"));
        assertEquals(shown.at("/uidRange/first"), record.at("/released/firstUid"));
        assertEquals(shown.get("address4"), record.at("/released/address4"));
        for (JsonNode look : record.get("looked")) {
            assertTrue(
                    look.get("looked").asLong() > 0 || look.get("name").asText().equals("shared"), look.toString());
            assertTrue(look.get("left").isEmpty() && !look.has("fault"), look.toString());
        }
        assertEquals(List.of(), Schemas.faults(record.toString()));
    }

    @Test
    void aDeletionThatIsCutShortIsFinishedAndRecordedOnce() throws Exception {
        for (int milliseconds : new int[] {0, 30, 100, 250, 500}) {
            JsonNode shown = instance.tenant("rec-alice").show();
            instance.request("DELETE", "/tenants/rec-alice", null);
            Eventually.pause(milliseconds);
            kill("agent");
            agentAnswers();
            Eventually.holds(Instance.PATIENCE, () -> {
                instance.request("DELETE", "/tenants/rec-alice", null);
                assertEquals(404, instance.get("/tenants/rec-alice").status());
            });
            Eventually.holds(
                    Instance.PATIENCE, () -> assertEquals(1, deletions(shown).size()));
        }
        verify(archive(""));
    }

    @Test
    void whoReadsAReportIsRecordedOnceADay() throws IOException {
        String id = audit();
        // A day is UTC's; what follows takes less than ten minutes of one.
        Duration left = Duration.between(
                Instant.now(), Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(1)));
        if (left.toMinutes() < 10) Eventually.pause(left.toMillis() + 1_000);
        List<JsonNode> before = records("reading");
        for (String form : List.of(".pdf", ".json", ".sig", ".pdf", ""))
            instance.get("/audits/" + id + form).expect(200);
        page("/audits/" + id);
        page("/audits/" + id);
        Eventually.holds(() -> assertTrue(records("reading").size() > before.size()));
        List<JsonNode> readings = records("reading");
        assertEquals(before.size() + 1, readings.size(), "one a reader, report and day");
        JsonNode record = document(readings.getLast());
        assertEquals("admin", record.get("reader").asText());
        assertEquals(id, record.get("report").asText());
        assertEquals("pdf", record.get("form").asText());
        assertEquals("manager", record.get("statedBy").asText());
        assertEquals(List.of(), Schemas.faults(record.toString()));
        Eventually.holds(() -> assertTrue(instance.get("/events?limit=200")
                .text()
                .contains(readings.getLast().get("sha256").asText())));
    }

    @Test
    void anAgentThatHangsKeepsNoReportFromBeingRead() throws Exception {
        String id = audit();
        String agent = Long.toString(Machine.pid(instance, "agent"));
        Command.run("kill", "-STOP", agent).orFail();
        try {
            long begun = System.nanoTime();
            instance.get("/audits/" + id + ".json").expect(200);
            assertTrue(System.nanoTime() - begun < 30_000_000_000L, "the reader waited");
        } finally {
            Command.run("kill", "-CONT", agent).orFail();
        }
        Eventually.holds(() -> assertEquals(
                id, document(records("reading").getLast()).path("report").asText(), "it is recorded once it can be"));
    }

    @Test
    void aReadingThatCannotBeRecordedIsAnEvent() throws Exception {
        String id = audit();
        String keep = Command.run("sh", "-c", "awk '{print $4}' /proc/" + Machine.pid(instance, "agent") + "/stat")
                .out()
                .strip();
        Command.run("kill", "-STOP", keep).orFail(); // nothing starts the agent anew meanwhile
        try {
            kill("agent");
            instance.get("/audits/" + id + ".json").expect(200);
        } finally {
            Command.run("kill", "-CONT", keep).orFail();
        }
        Eventually.holds(() -> {
            String events = instance.get("/events?limit=200").expect(200).text();
            assertTrue(events.contains("record.missing") && events.contains(id), events);
        });
        agentAnswers();
    }

    @Test
    void aReportWhoseManagerWasKilledMeanwhileIsTakenOver() throws Exception {
        try (TenantHandle tenant = instance.tenant("rec-alice")) {
            String before = head();
            instance.request("POST", "/audits", null);
            Eventually.pause(400);
            kill("manager");
            Eventually.holds(Instance.PATIENCE, () -> {
                assertNotEquals(before, head());
                JsonNode latest =
                        instance.get("/audits?limit=1").expect(200).json().get(0);
                assertTrue(latest.get("sequence").asLong() > sequence(before), latest.toString());
            });
            Eventually.holds(() -> tenant.ssh("true").orFail());
        }
        verify(archive(""));
    }

    @Test
    void aNewKeyIsVouchedForByTheOldOne() throws Exception {
        audit();
        Path old = Files.copy(instance.home().resolve("keys/audit.signers"), directory.resolve("old"));
        Command.Outcome said = Command.run(
                List.of(Path.of("ops/cloister").toAbsolutePath().toString(), "audit", "rotate"),
                Map.of("CLOISTER_INSTANCE", instance.name()),
                new byte[0],
                Command.LONG);
        assertTrue(said.orFail().out().startsWith("Records are signed with SHA256:"), said.toString());
        audit();
        Path archive = archive("");
        verify(archive);
        assertEquals(0, cli(old, archive).exit(), "the file of before still does, since the old key vouches");
        JsonNode change = document(records("key").getLast());
        assertEquals(List.of(), Schemas.faults(change.toString()));
        Path after = archive("?from=" + (change.get("sequence").asLong() + 1));
        Command.Outcome unvouched = cli(old, after);
        assertTrue(
                unvouched.exit() == 1 && unvouched.out().contains("not among the signers")
                        || unvouched.out().contains("when its key was not to sign"),
                unvouched.toString());
        verify(after);
        byHand(archive, change);
    }

    /** As an auditor without a program of ours: the last record of the old key, with ssh-keygen, at its time. */
    private void byHand(Path archive, JsonNode record) throws IOException {
        String name = "record-%08d.json".formatted(record.get("sequence").asLong());
        Command.run("python3", "-m", "zipfile", "-e", archive.toString(), directory.toString())
                .orFail();
        String time = DateTimeFormatter.ofPattern("yyyyMMddHHmmss")
                .withZone(ZoneOffset.UTC)
                .format(Instant.parse(record.get("sealedAt").asText()));
        List<String> verify =
                instance.verification(directory.resolve(name + ".sig"), "-O", "verify-time=" + time + "Z");
        byte[] document = Files.readAllBytes(directory.resolve(name));
        Command.run(verify, document, Command.LONG).orFail();
        document[20] ^= 1;
        assertNotEquals(0, Command.run(verify, document, Command.LONG).exit());
    }

    @Test
    void everyRecordFollowsAndItsHeadStandsWhereItIsNotedDown() throws IOException {
        audit();
        String[] heads = new String[1];
        // That all were taken is a record itself, which may come late.
        Eventually.holds(() -> {
            Path archive = archive("");
            Command.Outcome whole = verify(archive);
            assertTrue(whole.out().contains("are whole, and none is missing."), whole.toString());
            String head = heads[0] = head();
            assertEquals(sequence(head), sequence(latest()), "the archive holds all there is");
            assertTrue(instance.send("GET", "/sign-in", null, Map.of()).text().contains(head), "the sign-in page");
            assertTrue(page("/records").contains(head), "the page of records");
            Command.Outcome noted = cli(signers(), archive, "--head", head);
            assertEquals(0, noted.exit(), noted.toString());
        });
        String ahead = (sequence(heads[0]) + 1) + heads[0].replaceFirst("^\\d+", "");
        Command.Outcome cut = cli(signers(), archive(""), "--head", ahead);
        assertTrue(cut.exit() == 1 && cut.out().contains("which is not here"), cut.toString());
    }

    @Test
    void whatIsNoRecordIsSaidToBeNone() {
        for (String path : List.of("/records/999999999.json", "/records/0.sig", "/schemas/cloister-nothing-1.json"))
            problem(instance.get(path), 404);
        problem(instance.get("/records?kind=../x"), 400);
        problem(instance.get("/records?after=x"), 400);
        problem(instance.get("/records.zip?from=x"), 400);
        for (String path : List.of("/records", "/records.zip", "/schemas/cloister-audit-2.json"))
            problem(instance.anonymous("GET", path, null), 401);
        problem(instance.anonymous("POST", "/audits/key", null), 401);
        instance.get("/schemas/cloister-audit-2.json").expect(200);
    }

    private String audit() {
        try (TenantHandle tenant = instance.tenant("rec-bob")) {
            return instance.audit().get("id").asText();
        }
    }

    /** Each time that it ends soon after its start it is started later. */
    private void agentAnswers() {
        Eventually.holds(Instance.PATIENCE, () -> instance.get("/host/posture").expect(200));
    }

    private void kill(String part) {
        // Somebody else may be about to write its number down.
        Eventually.holds(() -> Command.run("kill", "-KILL", Long.toString(Machine.pid(instance, part)))
                .orFail());
    }

    private String page(String path) {
        return instance.send("GET", path, null, Map.of("Authorization", "Bearer " + instance.adminToken()))
                .expect(200)
                .text();
    }

    private List<JsonNode> records(String kind) {
        List<JsonNode> all = new ArrayList<>();
        long after = 0;
        while (true) {
            JsonNode page = instance.get("/records?kind=" + kind + "&limit=1000&after=" + after)
                    .expect(200)
                    .json();
            page.forEach(all::add);
            if (page.size() < 1000) return all;
            after = all.getLast().get("sequence").asLong();
        }
    }

    private JsonNode document(JsonNode record) {
        return instance.get("/records/" + record.get("sequence").asLong() + ".json")
                .expect(200)
                .json();
    }

    private List<JsonNode> deletions(JsonNode tenant) {
        return records("deletion").stream()
                .map(this::document)
                .filter(record -> record.at("/tenant/id").equals(tenant.get("id")))
                .toList();
    }

    private String head() {
        return instance.get("/audits?limit=1")
                .expect(200)
                .headers()
                .firstValue("Cloister-Head")
                .orElse("0:");
    }

    private static long sequence(String head) {
        return Long.parseLong(head.replaceFirst(":.*", ""));
    }

    /** Of the agent's own, as root sees it. */
    private String latest() throws IOException {
        return Instance.JSON
                        .readTree(instance.home().resolve("agent/audit.chain").toFile())
                        .get("sequence")
                        .asText() + ":";
    }

    private Path archive(String query) throws IOException {
        Path file = directory.resolve("records" + query.replaceAll("\\W", "-") + ".zip");
        try {
            HttpResponse<byte[]> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(instance.url().resolve("/api/v1/records.zip" + query))
                                    .header("Authorization", "Bearer " + instance.adminToken())
                                    .build(),
                            HttpResponse.BodyHandlers.ofByteArray());
            assertEquals(200, answer.statusCode());
            return Files.write(file, answer.body());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Path signers() {
        return instance.home().resolve("keys/audit.signers");
    }

    private Command.Outcome verify(Path archive) {
        Command.Outcome outcome = cli(signers(), archive);
        assertEquals(0, outcome.exit(), outcome.toString());
        return outcome;
    }

    private Command.Outcome cli(Path signers, Path archive, String... more) {
        List<String> command = new ArrayList<>(List.of(
                Path.of("ops/cloister").toAbsolutePath().toString(),
                "audit",
                "verify",
                "--signers",
                signers.toString()));
        command.addAll(List.of(more));
        command.add(archive.toString());
        return Command.run(command, new byte[0], Command.LONG);
    }
}
