package org.cloister.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.cloister.e2e.ApiInputTest.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is open over SSH: seen by whom it should be, and ended by the API. */
class OpenSessionsTest {

    private static Instance instance;
    private static TenantHandle alice;
    private static TenantHandle bob;

    @TempDir
    Path directory;

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        alice = instance.tenant("seen-alice");
        bob = instance.tenant("seen-bob");
    }

    @AfterAll
    static void leave() {
        if (alice != null) alice.close();
        if (bob != null) bob.close();
    }

    /** A client knows of its end before the list does. */
    @AfterEach
    void nobodyIsLoggedIn() {
        if (bob == null) return;
        for (TenantHandle tenant : List.of(alice, bob))
            Eventually.holds(
                    () -> assertTrue(list(tenant).isEmpty(), list(tenant).toString()));
    }

    @Test
    void aSessionIsNotFoundUnderAnotherTenantsNameAndGoesOn() throws Exception {
        Process sleeper = start(alice, List.of(), "echo ready; exec sleep 1001");
        try {
            JsonNode session = await(alice, "sleep 1001");
            String id = session.get("id").asText();
            JsonNode foreign = problem(instance.request("DELETE", "/tenants/seen-bob/sessions/" + id, null), 404);
            JsonNode none =
                    problem(instance.request("DELETE", "/tenants/seen-bob/sessions/" + UUID.randomUUID(), null), 404);
            assertEquals(none, foreign);
            problem(instance.request("DELETE", "/tenants/seen-alice/sessions/1", null), 404);
            problem(instance.request("DELETE", "/tenants/nobody-here/sessions/" + id, null), 404);
            assertTrue(list(bob).isEmpty(), list(bob).toString());
            assertTrue(sleeper.isAlive());

            instance.request("DELETE", "/tenants/seen-alice/sessions/" + id, null)
                    .expect(204);
            assertTrue(sleeper.waitFor(60, TimeUnit.SECONDS));
            // The client has read its farewell; the connection is open for a moment more.
            Eventually.holds(
                    () -> problem(instance.request("DELETE", "/tenants/seen-alice/sessions/" + id, null), 404));
        } finally {
            sleeper.destroyForcibly();
        }
    }

    @Test
    void aSessionIsListedWithWhoWhenceWhatAndHowMuch() throws Exception {
        Instant before = Instant.now().minusSeconds(2);
        Process cat = start(alice, List.of(), "head -c 300000 | tail -c 100000; exec sleep 1002");
        try {
            cat.getOutputStream().write(new byte[300_000]);
            cat.getOutputStream().flush();
            await(alice, "sleep 1002");
            Eventually.holds(() -> {
                JsonNode session = await(alice, "sleep 1002");
                assertEquals(300_000, session.get("bytesIn").asLong());
                assertEquals(100_000, session.get("bytesOut").asLong());
            });
            JsonNode session = await(alice, "sleep 1002");
            assertEquals("seen-alice", session.get("tenant").asText());
            assertEquals("root", session.get("user").asText());
            assertEquals("command", session.get("kind").asText());
            assertFalse(session.get("terminal").asBoolean());
            assertEquals(
                    instance.get("/tenants/seen-alice/keys").json().get(0).get("fingerprint"),
                    session.get("key").get("fingerprint"));
            assertEquals("127.0.0.1", session.get("source").get("address").asText());
            assertTrue(session.get("source").get("port").asInt() > 1023);
            assertTrue(Instant.parse(session.get("since").asText()).isAfter(before));
            assertTrue(Instant.parse(session.get("since").asText()).isBefore(Instant.now()));
            assertTrue(contains(instance.get("/sessions").expect(200).json(), session.get("id")));
        } finally {
            cat.destroyForcibly();
        }
        Eventually.holds(() -> assertTrue(list(alice).isEmpty(), list(alice).toString()));
    }

    @Test
    void aCommandsTextIsShownShortAndPlain() throws Exception {
        Process odd = start(alice, List.of(), "exec sleep 1003 # \u001b[31m\u202e<b>\u0007 " + "x".repeat(5_000));
        try {
            String shown = await(alice, "sleep 1003").get("command").asText();
            assertTrue(shown.startsWith("exec sleep 1003 # ?[31m?<b>? xxx"), shown);
            assertTrue(shown.length() <= 501, "" + shown.length());
            String page = page("/tenants/seen-alice");
            assertTrue(page.contains("&lt;b&gt;"), "the command is not on the page");
            assertFalse(page.contains("<b>"));
        } finally {
            odd.destroyForcibly();
        }
    }

    @Test
    void whoeverIsEndedReadsWhyAndItsProcessesGetAHangUp() throws Exception {
        for (List<String> options : List.of(List.of("-tt"), List.<String>of()))
            Quickest.isBelow(1_000, () -> hungUpOnAfter(options));
        Eventually.holds(() -> assertTrue(
                instance.get("/events?tenant=seen-alice&limit=1000").text().contains("\"ssh.ended\"")));
    }

    private long hungUpOnAfter(List<String> options) throws Exception {
        nobodyIsLoggedIn();
        alice.ssh("rm -f /root/hup").orFail();
        nobodyIsLoggedIn();
        // A shell says on its error stream that its child was hung up on, and would die of nobody reading it.
        Process trapped = start(
                alice,
                options,
                "trap 'echo ${EPOCHREALTIME/[.,]/} > /root/hup; exit' HUP; echo ready; exec 2>/dev/null; while :; do sleep 0.05; done");
        try {
            JsonNode session = await(alice, "sleep 0.05");
            assertEquals(!options.isEmpty(), session.get("terminal").asBoolean());
            Eventually.holds(() -> assertTrue(trapped.getInputStream().available() > 0));
            Instant asked = Instant.now();
            instance.request("DELETE", "/sessions/" + session.get("id").asText(), null)
                    .expect(204);
            assertTrue(trapped.waitFor(60, TimeUnit.SECONDS));
            assertEquals(255, trapped.exitValue());
            String said = new String(trapped.getErrorStream().readAllBytes());
            assertTrue(
                    said.startsWith("This session was ended by the admin."),
                    said); // then a shell may say that its child was hung up on
            Eventually.holds(() -> alice.ssh("test -s /root/hup").orFail());
            long at = Long.parseLong(alice.ssh("cat /root/hup").orFail().out().strip());
            return at / 1_000 - asked.toEpochMilli();
        } finally {
            trapped.destroyForcibly();
        }
    }

    @Test
    void oneSessionOfAConnectionEndsAndTheOthersGoOn() throws Exception {
        String socket = directory.resolve("control").toString();
        List<String> shared = List.of("-o", "ControlMaster=auto", "-o", "ControlPath=" + socket);
        Process first = start(alice, shared, "exec sleep 1004");
        try {
            JsonNode one = await(alice, "sleep 1004");
            Eventually.holds(() -> assertTrue(Files.exists(Path.of(socket))));
            Process second = start(alice, shared, "exec sleep 1005");
            try {
                JsonNode two = await(alice, "sleep 1005");
                assertEquals(one.get("connection"), two.get("connection"));
                instance.request("DELETE", "/sessions/" + two.get("id").asText(), null)
                        .expect(204);
                assertTrue(second.waitFor(60, TimeUnit.SECONDS));
                assertTrue(first.isAlive());
                Eventually.holds(() -> assertEquals(1, list(alice).size()));
            } finally {
                second.destroyForcibly();
            }
        } finally {
            first.destroyForcibly();
        }
    }

    @Test
    void aConnectionThatRunsNothingIsListedAndEnded() throws Exception {
        Process idle = start(alice, List.of("-N"));
        try {
            Eventually.holds(
                    () -> assertEquals(1, list(alice).size(), list(alice).toString()));
            JsonNode session = list(alice).get(0);
            assertEquals("none", session.get("kind").asText());
            instance.request("DELETE", "/sessions/" + session.get("id").asText(), null)
                    .expect(204);
            assertTrue(idle.waitFor(60, TimeUnit.SECONDS));
            assertEquals(255, idle.exitValue());
        } finally {
            idle.destroyForcibly();
        }
    }

    @Test
    void anAdminEndsSessionsInThePages() throws Exception {
        Process one = start(alice, List.of("-tt"));
        Process two = start(alice, List.of(), "exec sleep 1008");
        Process three = start(bob, List.of(), "exec sleep 1009 # " + "x".repeat(400));
        try (Chromium chromium = new Chromium();
                Visitor admin = chromium.visit(instance)) {
            await(alice, "sleep 1008");
            await(bob, "sleep 1009");
            admin.open("/tenants/seen-alice");
            Locator section = admin.page.locator("#sessions");
            assertThat(section).containsText("a shell on a terminal");
            assertThat(section).not().containsText("sleep 1009");
            admin.pictures("tenant-sessions");
            Locator row = section.locator("tbody tr", new Locator.LocatorOptions().setHasText("sleep 1008"));
            row.locator("summary").click();
            row.getByText("End the session", new Locator.GetByTextOptions().setExact(true))
                    .click();
            assertTrue(two.waitFor(60, TimeUnit.SECONDS));
            assertThat(section).not().containsText("sleep 1008");

            admin.open("/sessions");
            assertThat(admin.page.locator("tbody tr")).hasCount(2);
            admin.pictures("sessions");
            row = admin.page.locator("tbody tr", new Page.LocatorOptions().setHasText("sleep 1009"));
            row.locator("summary").click();
            row.getByText("End the session", new Locator.GetByTextOptions().setExact(true))
                    .click();
            assertTrue(three.waitFor(60, TimeUnit.SECONDS));
            assertThat(admin.page.locator("tbody tr")).hasCount(1);
            assertTrue(one.isAlive());
            one.destroy();
            assertThat(admin.page.locator("#sessions")).containsText("Nobody is logged in.");
        } finally {
            for (Process client : List.of(one, two, three)) client.destroyForcibly();
        }
    }

    @Test
    void manySessionsComeInPages() throws Exception {
        Process one = start(alice, List.of(), "exec sleep 1006");
        Process two = start(bob, List.of(), "exec sleep 1007");
        try {
            await(alice, "sleep 1006");
            await(bob, "sleep 1007");
            var first = instance.get("/sessions?limit=1").expect(200);
            assertEquals(1, first.json().size());
            String last = first.json().get(0).get("id").asText();
            assertTrue(first.headers().firstValue("Link").orElse("").contains("after=" + last));
            var next = instance.get("/sessions?limit=1&after=" + last).expect(200);
            assertTrue(next.json().get(0).get("id").asText().compareTo(last) > 0);
            problem(instance.get("/sessions?after=x"), 400);
            problem(instance.get("/sessions?limit=0"), 400);
        } finally {
            one.destroyForcibly();
            two.destroyForcibly();
        }
    }

    @Test
    void whatAConnectionWasStandsInTheLog() {
        alice.ssh("head -c 5000 /dev/zero").orFail();
        Eventually.holds(() -> {
            String events = instance.get("/events?tenant=seen-alice&limit=1000").text();
            assertTrue(events.contains(": 1 session, 0 B in, 4.9 KB out."), events);
        });
    }

    private static Process start(TenantHandle tenant, List<String> options, String... command) throws IOException {
        return new ProcessBuilder(tenant.sshCommand(options, command)).start();
    }

    private static JsonNode list(TenantHandle tenant) {
        return instance.get("/tenants/" + tenant.name() + "/sessions")
                .expect(200)
                .json();
    }

    /** The session whose command says this. */
    private static JsonNode await(TenantHandle tenant, String command) {
        JsonNode[] found = new JsonNode[1];
        Eventually.holds(() -> found[0] = StreamSupport.stream(list(tenant).spliterator(), false)
                .filter(session -> session.path("command").asText().contains(command))
                .findFirst()
                .orElseThrow(() -> new AssertionError(command + " is not among " + list(tenant))));
        return found[0];
    }

    private static boolean contains(JsonNode list, JsonNode id) {
        return StreamSupport.stream(list.spliterator(), false)
                .anyMatch(session -> session.get("id").equals(id));
    }

    private static String page(String path) {
        return instance.send("GET", path, null, Map.of("Authorization", "Bearer " + instance.adminToken()))
                .expect(200)
                .text();
    }
}
