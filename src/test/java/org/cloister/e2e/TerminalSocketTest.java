package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A terminal in a page, as its socket: who gets one, what of it is bounded, and when it ends. */
class TerminalSocketTest {

    private static final int SHOWN = 256 * 1024;

    private static Instance instance;
    private static TenantHandle alice;
    private static TenantHandle bob;
    private static Person owner;
    private static Person stranger;
    private static Person auditor;
    private static Person admin;

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        alice = instance.tenant("glass-alice");
        bob = instance.tenant("glass-bob");
        owner = Person.create(instance, "glass-owner", "tenant", "glass-alice");
        stranger = Person.create(instance, "glass-stranger", "tenant", "glass-bob");
        auditor = Person.create(instance, "glass-auditor", "auditor", null);
        admin = Person.create(instance, "glass-admin", "admin", null);
    }

    @AfterAll
    static void leave() {
        for (Person person : new Person[] {owner, stranger, auditor, admin}) if (person != null) person.close();
        if (alice != null) alice.close();
        if (bob != null) bob.close();
    }

    /** A page knows of its end before the list does. */
    @AfterEach
    void nobodyIsIn() {
        for (TenantHandle tenant : new TenantHandle[] {alice, bob})
            if (tenant != null)
                Eventually.holds(() -> assertEquals(0, sessions(tenant).size()));
    }

    @Test
    void nobodyButItsOwnPeopleGetsOneAndTheyOnlyFromOurOwnPages() {
        String own = instance.url().toString();
        int before = opened();
        assertEquals(303, status(Map.of("Origin", own)), "nobody");
        assertEquals(404, status(PageSocket.headers(instance, stranger)), "another tenant's owner");
        assertEquals(404, PageSocket.status(instance, "glass-nix", PageSocket.headers(instance, stranger)));
        assertEquals(403, status(PageSocket.headers(instance, auditor)), "an auditor");
        assertEquals(403, status(PageSocket.headers(instance, admin)), "an admin whom nobody allowed it");
        for (String origin :
                List.of("https://evil.example", own + ".evil.example", "null", own.replace("http", "https") + "1"))
            assertEquals(403, status(Map.of("Cookie", owner.cookie(), "Origin", origin)), origin);
        assertEquals(403, status(Map.of("Cookie", owner.cookie())), "no page at all");
        assertEquals(
                403, status(Map.of("Authorization", "Bearer " + owner.token("read"))), "a token that may only read");
        assertEquals(401, status(Map.of("Authorization", "Bearer " + owner.token("read") + "x")));
        assertEquals(before, opened());
        assertEquals(0, sessions().size());

        try (PageSocket terminal = PageSocket.open(instance, "glass-alice", owner)) {
            terminal.type("echo it is $((6 * 7)); id -un; hostname; stty size\r");
            terminal.awaitShown("it is 42");
            terminal.awaitShown("root\r\nglass-alice\r\n30 100");
        }
        assertEquals(101, status(Map.of("Authorization", "Bearer " + owner.token("all"))), "a program of the owner's");
    }

    @Test
    void aRequestWithOneMarkOfAnUpgradeIsNoReading() {
        for (Map<String, String> mark : List.of(
                Map.of("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), Map.of("Sec-WebSocket-Version", "13"))) {
            Map<String, String> headers = new HashMap<>(mark);
            headers.putAll(PageSocket.headers(instance, auditor));
            int answer = instance.send("GET", "/tenants/glass-alice/terminal/stream", null, headers)
                    .status();
            assertTrue(answer == 403 || answer == 404, mark + " answered " + answer);
        }
    }

    @Test
    void whatWasNeverSentCannotBeTakenAndWhatCannotBeReadEndsTheSocket() {
        for (String word :
                List.of("{\"taken\":1000000}", "{\"taken\":-1}", "{\"size\":{}}", "[", "{}", "{\"taken\":\"x\"}"))
            try (PageSocket terminal = PageSocket.open(instance, "glass-alice", owner)) {
                terminal.awaitShown("#");
                terminal.say(word);
                terminal.awaitEnd();
                assertEquals(1008, terminal.closed(), word);
            }
        try (PageSocket terminal = PageSocket.open(instance, "glass-alice", owner)) {
            try {
                terminal.send(new byte[70_000]);
            } catch (RuntimeException closed) {
                // while it was being sent
            }
            terminal.awaitEnd();
        }
        Eventually.holds(() -> assertEquals(0, sessions().size(), sessions().toString()));
    }

    @Test
    void aPageThatStopsReadingStopsTheProcess() {
        try (PageSocket terminal =
                PageSocket.open(instance, "glass-alice", PageSocket.headers(instance, owner), false)) {
            terminal.type("exec yes\r");
            Eventually.holds(() -> assertEquals(SHOWN, sent()));
            terminal.say("{\"taken\":" + SHOWN + "}");
            Eventually.holds(() -> assertEquals(2 * SHOWN, sent()));
        }
        Eventually.holds(() -> assertEquals(0, sessions().size()));
    }

    @Test
    void whoeverTypesMoreThanAnybodyReadsIsCut() {
        try (PageSocket terminal = PageSocket.open(instance, "glass-alice", owner)) {
            terminal.type("stty raw -echo; echo now; exec sleep 1000\r");
            terminal.awaitShown("now\n");
            try {
                for (int i = 0; i < 40 && terminal.closed() == 0; i++) terminal.send(new byte[16 * 1024]);
            } catch (RuntimeException closed) {
                // while it was being sent
            }
            terminal.awaitEnd();
            assertEquals(1008, terminal.closed());
        }
    }

    @Test
    void whoeverPingsWithoutEndIsCut() {
        try (PageSocket terminal = PageSocket.open(instance, "glass-alice", owner)) {
            terminal.awaitShown("#");
            for (int i = 0; i < 60; i++) terminal.ping();
            terminal.type("echo still $((1 + 1))\r");
            terminal.awaitShown("still 2");
            try {
                for (int i = 0; i < 60; i++) terminal.ping();
            } catch (RuntimeException closed) {
                // while it was being sent
            }
            terminal.awaitEnd();
            assertEquals(1008, terminal.closed());
        }
    }

    @Test
    void aClosedPageHangsUpOnWhatRan() {
        try (PageSocket terminal = PageSocket.open(instance, "glass-alice", owner)) {
            terminal.type("trap 'touch /root/glass-hup; exit' HUP; echo re''ady; while :; do sleep 0.1; done\r");
            terminal.awaitShown("ready");
        }
        Eventually.holds(() -> alice.ssh("test -e /root/glass-hup").orFail());
    }

    @Test
    void itTellsHowTheSessionEnded() {
        try (PageSocket terminal = PageSocket.open(instance, "glass-alice", owner)) {
            terminal.type("exit 3\r");
            assertEquals("The session ended: exit status 3.", terminal.awaitEnd());
        }
        try (PageSocket terminal = PageSocket.open(instance, "glass-alice", owner)) {
            terminal.type("kill -9 $$\r");
            assertEquals("The session ended: signal 9.", terminal.awaitEnd());
        }
    }

    @Test
    void itStandsAmongTheSessionsTakesAPlaceAndIsEndedThere() {
        instance.change("PATCH", "/tenants/glass-bob", Map.of("limits", Map.of("sessions", 1)))
                .expect(200);
        try (PageSocket terminal = PageSocket.open(instance, "glass-bob", stranger)) {
            terminal.awaitShown("#");
            JsonNode session =
                    instance.get("/tenants/glass-bob/sessions").json().get(0);
            assertEquals("glass-stranger", session.get("account").asText());
            assertFalse(session.has("key"), session.toString());
            assertEquals("127.0.0.1", session.get("source").get("address").asText());
            assertTrue(session.get("terminal").asBoolean());
            try (PageSocket second = PageSocket.open(instance, "glass-bob", stranger)) {
                assertEquals("glass-bob may have 1 session at a time; close one first.", second.awaitEnd());
            }
            assertTrue(bob.ssh("true").toString().contains("may have 1 session"), "over SSH as well");
            instance.request("DELETE", "/sessions/" + session.get("id").asText(), null)
                    .expect(204);
            assertTrue(terminal.awaitEnd().startsWith("This session was ended"), terminal.said("ended"));
        }
        Eventually.holds(
                () -> assertTrue(instance.get("/events?tenant=glass-bob").text().contains("terminal.ended")));
        Eventually.holds(() -> bob.ssh("true").orFail());
        instance.limit("glass-bob", Map.of("sessions", 64)); // or whoever comes next is one too many
    }

    @Test
    void itEndsWithTheSignInTheAccountAndTheTenant() {
        try (Person second = Person.create(instance, "glass-second", "tenant", "glass-bob");
                PageSocket terminal = PageSocket.open(instance, "glass-bob", second)) {
            terminal.awaitShown("#");
            second.form("/sign-out", Map.of()).expect(200);
            assertEquals("You may no longer have a terminal here, so it was ended.", terminal.awaitEnd());
            assertEquals(303, PageSocket.status(instance, "glass-bob", PageSocket.headers(instance, second)));
        }
        try (Person third = Person.create(instance, "glass-third", "tenant", "glass-bob");
                PageSocket terminal = PageSocket.open(instance, "glass-bob", third)) {
            terminal.awaitShown("#");
            third.close();
            assertEquals("You may no longer have a terminal here, so it was ended.", terminal.awaitEnd());
        }
        try (PageSocket terminal = PageSocket.open(instance, "glass-bob", stranger)) {
            terminal.awaitShown("#");
            instance.request("POST", "/tenants/glass-bob/stop", null);
            assertEquals("glass-bob was stopped by the administrator.", terminal.awaitEnd());
            bob.await("stopped");
        }
        try (PageSocket terminal = PageSocket.open(instance, "glass-bob", stranger)) {
            assertEquals("glass-bob is stopped; ask the administrator to start it.", terminal.awaitEnd());
        }
        instance.request("POST", "/tenants/glass-bob/start", null);
        bob.await("running");
    }

    @Test
    void anAdminGetsOneWhereTheOwnerAllowsItAndTheTenantIsTold() {
        String switchPath = "/api/v1/tenants/glass-alice/terminal/admins";
        Map<String, Boolean> yes = Map.of("allowed", true);
        Map<String, Boolean> no = Map.of("allowed", false);
        var root = instance.request("PUT", "/tenants/glass-alice/terminal/admins", yes);
        assertEquals(403, root.status(), root.text());
        assertTrue(root.text().contains("tenant's own people"), root.text());
        assertEquals(
                403,
                admin.form("/tenants/glass-alice/terminal/admins", Map.of("allowed", "yes"))
                        .status());
        assertEquals(404, put(stranger, switchPath, yes).status());
        assertEquals(403, put(auditor, switchPath, yes).status());
        assertEquals(400, put(owner, switchPath, Map.of()).status());
        assertFalse(alice.show().get("adminTerminals").asBoolean());
        assertEquals(403, status(PageSocket.headers(instance, admin)));

        put(owner, switchPath, yes).expect(204);
        assertTrue(alice.show().get("adminTerminals").asBoolean());
        try (PageSocket hers = PageSocket.open(instance, "glass-alice", owner)) {
            hers.awaitShown("#");
            try (PageSocket guests = PageSocket.open(instance, "glass-alice", admin)) {
                guests.awaitShown("#");
                String told = "The admin glass-admin opened a terminal in glass-alice from 127.0.0.1.";
                Eventually.holds(() -> assertEquals(told, hers.said("notice")));
                assertTrue(events().contains(told), events());
                put(owner, switchPath, no).expect(204);
                assertEquals("You may no longer have a terminal here, so it was ended.", guests.awaitEnd());
            }
            assertEquals(0, hers.closed(), "hers goes on");
            hers.type("echo still $((1 + 1))\r");
            hers.awaitShown("still 2");
        }
        Eventually.holds(() -> assertTrue(events().contains("The admin glass-admin closed a terminal"), events()));
        assertTrue(events().contains("\"terminal.allowed\"") && events().contains("\"terminal.forbidden\""), events());
        assertEquals(403, status(PageSocket.headers(instance, admin)));
    }

    private static Instance.Answer put(Person person, String path, Object body) {
        return instance.send(
                "PUT",
                path,
                body,
                Map.of(
                        "Cookie",
                        person.cookie(),
                        "Origin",
                        instance.url().toString(),
                        "Content-Type",
                        "application/json"));
    }

    private static int status(Map<String, String> headers) {
        return PageSocket.status(instance, "glass-alice", headers);
    }

    /** How many the log tells of. */
    private static int opened() {
        return events().split("\"terminal.opened\"", -1).length - 1;
    }

    private static String events() {
        return instance.get("/events?tenant=glass-alice&limit=1000").expect(200).text();
    }

    private static JsonNode sessions() {
        return sessions(alice);
    }

    private static JsonNode sessions(TenantHandle tenant) {
        return instance.get("/tenants/" + tenant.name() + "/sessions")
                .expect(200)
                .json();
    }

    private static long sent() {
        return sessions().path(0).path("bytesOut").asLong();
    }
}
