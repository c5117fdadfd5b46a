package org.cloister.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.cloister.e2e.ApiInputTest.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Terminals are recorded where a plan says so, never in secret, and what was recorded cannot be changed unseen. */
class RecordingTest {

    private static final String ANNOUNCEMENT = "This session is recorded";
    private static final String PLAN = "recording-test";

    private static Instance instance;
    private static TenantHandle alice;
    private static TenantHandle bob;

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        ObjectNode plan = (ObjectNode) instance.get("/plans/small").expect(200).json();
        assertFalse(plan.get("recording").asBoolean());
        plan.put("name", PLAN).put("recording", true);
        instance.request("DELETE", "/plans/" + PLAN, null); // left by a test that was killed
        instance.request("POST", "/plans", plan).expect(201);
        alice = instance.tenant("rec-alice", Map.of("plan", PLAN));
        bob = instance.tenant("rec-bob");
    }

    @AfterAll
    static void leave() {
        if (alice != null) alice.close();
        if (bob != null) bob.close();
        if (instance != null) instance.request("DELETE", "/plans/" + PLAN, null);
    }

    @Test
    void nothingIsRecordedWhereThePlanDoesNotSaySo() {
        assertFalse(bob.show().get("recording").asBoolean());
        Command.Outcome outcome = terminal(bob, "echo shown");
        assertEquals("shown", outcome.out().strip());
        assertTrue(recordings(bob).isEmpty());
    }

    @Test
    void whatHasNoTerminalIsNeitherRecordedNorDisturbed() {
        int before = recordings(alice).size();
        assertEquals("plain\n", alice.ssh("echo plain").orFail().out());
        assertEquals(before, recordings(alice).size());
    }

    @Test
    void whoeverIsRecordedIsToldFirstAndWhatIsTypedUnseenIsNotKept() {
        assertTrue(alice.show().get("recording").asBoolean());
        try (Terminal terminal = new Terminal(alice.sshCommand(List.of("-t")))) {
            terminal.expect(ANNOUNCEMENT);
            terminal.expect("[#$] ");
            // The terminal's own switch: what is typed before read -s has set it would be shown.
            terminal.type("stty -echo; echo rea''dy; read -r x; stty echo; echo got-${#x}\r");
            terminal.expect("ready");
            terminal.type("hunter2-hunter2\r");
            terminal.expect("got-15");
            terminal.type("exit\r");
            terminal.exit();
        }
        JsonNode recording = newest(alice);
        assertEquals("whole", recording.get("ending").asText());
        assertEquals("root", recording.get("user").asText());
        assertEquals("127.0.0.1", recording.get("address").asText());
        String cast = cast(alice, recording);
        assertTrue(cast.startsWith("{\"version\":2,\"width\":80,\"height\":24,"), cast);
        List<String> lines = cast.lines().toList();
        assertTrue(lines.get(1).contains(ANNOUNCEMENT), lines.get(1));
        assertTrue(cast.contains("got-15"));
        assertFalse(cast.contains("hunter2"), cast);
    }

    @Test
    void aTerminalInAPageIsRecordedAsItsAccountsAndItsUserIsToldFirst() {
        try (Person owner = Person.create(instance, "rec-owner", "tenant", "rec-alice");
                PageSocket terminal = PageSocket.open(instance, "rec-alice", owner)) {
            terminal.awaitShown("#");
            assertTrue(terminal.shown().startsWith(ANNOUNCEMENT), terminal.shown());
            terminal.type("echo in-a-page-$((6 * 7)); exit\r");
            terminal.awaitEnd();
        }
        JsonNode recording = newest(alice);
        assertEquals("rec-owner", recording.get("account").asText());
        assertFalse(recording.has("fingerprint"), recording.toString());
        String cast = cast(alice, recording);
        assertTrue(cast.startsWith("{\"version\":2,\"width\":100,\"height\":30,"), cast);
        assertTrue(cast.contains("in-a-page-42"), cast);
    }

    @Test
    void aRecordingLiesSealedForTheManagerAloneAndGoesWithItsTenant() throws IOException {
        terminal(alice, "echo in-plain-sight-$((6 * 7))");
        JsonNode recording = newest(alice);
        Path file = file(alice, recording);
        assertTrue(cast(alice, recording).contains("in-plain-sight-42"));
        assertFalse(Files.readString(file, StandardCharsets.ISO_8859_1).contains("plain-sight"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(
                "rwx------",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(instance.home().resolve("recordings"))));
        assertEquals(instance.name(), Files.getOwner(file).getName());
        Path eves;
        try (TenantHandle eve = instance.tenant("rec-eve", Map.of("plan", PLAN))) {
            terminal(eve, "true");
            eves = file(eve, newest(eve));
            assertTrue(Files.exists(eves));
        }
        Eventually.seen("the minute's tidying", Instance.PATIENCE, () -> !Files.exists(eves));
        assertTrue(Files.exists(file));
    }

    @Test
    void aChangedRecordingIsNotPlayedAndTheLogSaysSo() throws IOException {
        terminal(alice, "echo genuine");
        JsonNode recording = newest(alice);
        Path file = file(alice, recording);
        byte[] whole = Files.readAllBytes(file);
        byte[] changed = whole.clone();
        changed[changed.length - 30] ^= 1;
        Files.write(file, changed);
        JsonNode problem = problem(read(alice, recording), 409);
        assertTrue(problem.get("detail").asText().contains("not what was written"), problem.toString());
        Files.write(file, Arrays.copyOf(whole, whole.length - 20));
        problem = problem(read(alice, recording), 409);
        assertTrue(problem.get("detail").asText().contains("end is missing"), problem.toString());
        Eventually.holds(() -> assertTrue(events(alice).contains("\"recording.changed\"")));
        Files.write(file, whole);
        assertTrue(cast(alice, recording).contains("genuine"));
    }

    @Test
    void aRecordingIsFoundUnderItsTenantAloneAndItsReadingIsLogged() {
        terminal(alice, "true");
        JsonNode recording = newest(alice);
        String id = recording.get("id").asText();
        JsonNode foreign = problem(instance.get("/tenants/rec-bob/recordings/" + id + "/cast"), 404);
        assertEquals(problem(instance.get("/tenants/rec-bob/recordings/" + UUID.randomUUID() + "/cast"), 404), foreign);
        problem(instance.request("DELETE", "/tenants/rec-bob/recordings/" + id, null), 404);
        problem(instance.get("/tenants/rec-alice/recordings/x/cast"), 404);
        problem(instance.anonymous("GET", "/tenants/rec-alice/recordings/" + id + "/cast", null), 401);
        assertFalse(events(alice).contains("(" + id + ") was read"));
        cast(alice, recording);
        Eventually.holds(() -> assertTrue(events(alice).contains("(" + id + ") was read")));
    }

    @Test
    void whereNothingCanBeRecordedNoTerminalOpens() throws IOException {
        Path home = instance.home()
                .resolve("recordings")
                .resolve(alice.show().get("id").asText());
        terminal(alice, "true");
        Command.run("chown", "root", home.toString()).orFail();
        try {
            Command.Outcome refused = terminal(alice, "echo must-not-run");
            assertEquals(255, refused.exit());
            assertFalse(refused.out().contains("must-not-run"), refused.toString());
            assertTrue(refused.stderr().contains("just now they cannot be; so none is opened."), refused.toString());
            assertEquals("plain\n", alice.ssh("echo plain").orFail().out());
        } finally {
            Command.run("chown", instance.name(), home.toString()).orFail();
        }
        assertTrue(terminal(alice, "echo runs").orFail().out().contains("runs"));
    }

    @Test
    void aFloodIsTruncatedAndTheSessionGoesOn() {
        Command.Outcome flood = terminal(
                        alice, "yes 0123456789012345678901234567890123456789 | head -c 20000000; echo end-of-it")
                .orFail();
        assertTrue(flood.out().strip().endsWith("end-of-it"));
        JsonNode recording = newest(alice);
        assertEquals("truncated", recording.get("ending").asText());
        assertTrue(recording.get("bytes").asLong() < 17 << 20, recording.toString());
        String cast = cast(alice, recording);
        assertFalse(cast.contains("end-of-it"));
        assertTrue(cast.substring(cast.length() - 200).contains("grew too large"));
    }

    @Test
    void anAdminPlaysAndRemovesARecordingInThePages() {
        terminal(alice, "echo played-$((20 + 3)); sleep 1; echo later");
        JsonNode recording = newest(alice);
        try (Chromium chromium = new Chromium();
                Visitor admin = chromium.visit(instance)) {
            admin.open("/tenants/rec-alice");
            assertThat(admin.page.locator(".head")).containsText("sessions recorded");
            admin.open("/plans");
            assertThat(admin.page.locator("#" + PLAN)).containsText("Sessions are recorded.");
            assertThat(admin.page.locator("#small")).not().containsText("Sessions are recorded.");
            admin.open("/tenants/rec-alice/recordings");
            admin.pictures("recordings");
            admin.open("/tenants/rec-alice/recordings/" + recording.get("id").asText());
            admin.page.locator(".ap-player").click();
            assertThat(admin.page.locator(".ap-terminal, .ap-term").first()).isVisible();
            assertThat(admin.page.locator("#player-fault")).isHidden();
            admin.page.waitForTimeout(2_500);
            admin.pictures("recording");
            admin.open("/tenants/rec-alice/recordings");
            int rows = admin.page.locator("tbody tr").count();
            admin.page.locator("tbody tr summary").first().click();
            admin.page.getByText("Remove the recording").first().click();
            assertThat(admin.page.locator("tbody tr")).hasCount(rows - 1);
        }
        problem(
                instance.get(
                        "/tenants/rec-alice/recordings/" + recording.get("id").asText()),
                404);
        assertFalse(Files.exists(file(alice, recording)));
    }

    @Test
    void aChangeOfPlanHoldsFromTheNextSessionOn() {
        try (TenantHandle eve = instance.tenant("rec-eve2")) {
            assertFalse(terminal(eve, "true").out().contains(ANNOUNCEMENT));
            instance.change("PATCH", "/tenants/rec-eve2", Map.of("plan", PLAN)).expect(200);
            assertTrue(terminal(eve, "true").out().contains(ANNOUNCEMENT));
            assertNotEquals(0, recordings(eve).size());
            Eventually.holds(() -> assertTrue(events(eve).contains("\"tenant.recording\"")));
            instance.change("PATCH", "/tenants/rec-eve2", Map.of("plan", "small"))
                    .expect(200);
            assertFalse(terminal(eve, "true").out().contains(ANNOUNCEMENT));
        }
    }

    /** Half a part may lie at its end, as where the manager was killed in the middle of a write. */
    @Test
    void aRecordingThatWasCutOffByTheManagersDeathIsPlayedUpToThereAndTheNextOneIsWhole() throws Exception {
        try (Terminal terminal = new Terminal(alice.sshCommand(List.of("-t")))) {
            terminal.expect("[#$] ");
            terminal.type("echo sealed-$((40 + 2))\r");
            terminal.expect("sealed-42");
            JsonNode begun = recordings(alice).get(0);
            assertFalse(begun.has("ending"), begun.toString());
            Path file = file(alice, begun);
            Eventually.seen(
                    "the second's flush",
                    Instance.PATIENCE,
                    () -> cast(alice, begun).contains("sealed-42"));
            Command.run("kill", "-KILL", Long.toString(Machine.pid(instance, "manager")))
                    .orFail();
            Files.write(file, new byte[] {0, 0, 4, 0, 1, 2, 3}, StandardOpenOption.APPEND);
            Eventually.seen(
                    "the next manager",
                    Instance.PATIENCE,
                    () -> alice.ssh("true").exit() == 0);
            Eventually.seen(
                    "the word that it was cut",
                    Instance.PATIENCE,
                    () -> recordings(alice).path(0).path("ending").asText().equals("cut"));
            assertEquals(begun.get("id"), recordings(alice).get(0).get("id"));
        }
        JsonNode cut = recordings(alice).get(0);
        assertTrue(cast(alice, cut).contains("sealed-42"));
        terminal(alice, "echo next-$((20 + 3))").orFail();
        JsonNode next = newest(alice);
        assertNotEquals(cut.get("id"), next.get("id"));
        assertEquals("whole", next.get("ending").asText());
        assertTrue(cast(alice, next).contains("next-23"));
        try (Chromium chromium = new Chromium();
                Visitor admin = chromium.visit(instance)) {
            admin.open("/tenants/rec-alice/recordings/" + cut.get("id").asText());
            assertThat(admin.page.getByText("It is cut off:")).isVisible();
        }
    }

    private static Command.Outcome terminal(TenantHandle tenant, String command) {
        return Command.run(tenant.sshCommand(List.of("-tt"), command), new byte[0], Duration.ofMinutes(5));
    }

    private static JsonNode recordings(TenantHandle tenant) {
        return instance.get("/tenants/" + tenant.name() + "/recordings")
                .expect(200)
                .json();
    }

    /** Once it has ended. */
    private static JsonNode newest(TenantHandle tenant) {
        Eventually.holds(() -> assertTrue(recordings(tenant).path(0).has("ending")));
        return recordings(tenant).get(0);
    }

    private static Instance.Answer read(TenantHandle tenant, JsonNode recording) {
        return instance.get("/tenants/" + tenant.name() + "/recordings/"
                + recording.get("id").asText() + "/cast");
    }

    private static String cast(TenantHandle tenant, JsonNode recording) {
        return read(tenant, recording).expect(200).text();
    }

    private static Path file(TenantHandle tenant, JsonNode recording) {
        return instance.home()
                .resolve("recordings")
                .resolve(tenant.show().get("id").asText())
                .resolve(recording.get("id").asText());
    }

    private static String events(TenantHandle tenant) {
        return instance.get("/events?limit=1000&tenant=" + tenant.name()).text();
    }
}
