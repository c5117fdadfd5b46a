package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every route by every role, and by the people of another tenant. */
class RightsTest {

    /** What belongs to one's own account, and is everybody's. */
    private static final Set<String> EVERYBODYS = Set.of(
            "GET /account",
            "POST /account/password",
            "POST /account/passkeys",
            "POST /account/passkeys/options",
            "POST /account/passkeys/remove",
            "GET /account/factor",
            "POST /account/factor",
            "POST /account/factor/remove",
            "POST /account/sessions/end",
            "POST /account/tokens",
            "POST /account/tokens/remove",
            "GET /api/v1/passkeys",
            "DELETE /api/v1/passkeys/{id}",
            "GET /api/v1/tokens",
            "POST /api/v1/tokens",
            "DELETE /api/v1/tokens/{id}",
            "GET /sign-in",
            "POST /sign-in",
            "POST /sign-in/passkey",
            "POST /sign-in/passkey/options",
            "POST /sign-out");

    private static final Set<String> AUDITORS_CHANGES = Set.of("POST /audits", "POST /api/v1/audits");

    /** They do not end by themselves, or not soon. */
    private static final Set<String> STREAMS = Set.of("/api/v1/events/stream", "/live/tenants");

    /** Of their own tenant. Operations are their own ones. */
    private static final Set<String> TENANTS = Set.of(
            "GET /",
            "GET /tenants",
            "GET /tenants/{name}",
            "GET /live/tenants/{name}",
            "GET /tenants/{name}/use",
            "POST /tenants/{name}/keys",
            "POST /tenants/{name}/keys/remove",
            "POST /tenants/{name}/snapshots",
            "POST /tenants/{name}/snapshots/remove",
            "POST /tenants/{name}/snapshots/restore",
            "POST /tenants/{name}/sessions/{id}/end",
            "GET /tenants/{name}/terminal",
            "OPEN /tenants/{name}/terminal/stream",
            "POST /tenants/{name}/terminal/admins",
            "PUT /api/v1/tenants/{name}/terminal/admins",
            "GET /api/v1/tenants",
            "GET /api/v1/tenants/{name}",
            "GET /api/v1/tenants/{name}/usage",
            "GET /api/v1/tenants/{name}/keys",
            "POST /api/v1/tenants/{name}/keys",
            "DELETE /api/v1/tenants/{name}/keys/{fingerprint}",
            "GET /api/v1/tenants/{name}/sessions",
            "DELETE /api/v1/tenants/{name}/sessions/{id}",
            "GET /api/v1/tenants/{name}/snapshots",
            "POST /api/v1/tenants/{name}/snapshots",
            "POST /api/v1/tenants/{name}/snapshots/{id}/restore",
            "DELETE /api/v1/tenants/{name}/snapshots/{id}");

    private static Instance instance;
    private static TenantHandle alice;
    private static TenantHandle bob;
    private static Person auditor;
    private static Person owner;

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        alice = instance.tenant("alice");
        bob = instance.tenant("bob");
        auditor = Person.create(instance, "test-auditor", "auditor", null);
        owner = Person.create(instance, "test-owner", "tenant", "alice");
    }

    @AfterAll
    static void leave() {
        if (owner != null) owner.close();
        if (auditor != null) auditor.close();
        if (bob != null) bob.close();
        if (alice != null) alice.close();
    }

    @Test
    void anAuditorChangesNothingButMayReadEverythingAndRunAudits() {
        List<String> wrong = new ArrayList<>();
        for (Routes route : Routes.all()) {
            if (EVERYBODYS.contains(route.toString())) continue;
            boolean refused = route.changes() && !AUDITORS_CHANGES.contains(route.toString())
                    || route.path().startsWith("/tenants/new")
                    || route.path().endsWith("/terminal")
                    || route.path().equals("/plans/edit");
            // Not sent: it would run, or never end.
            if (AUDITORS_CHANGES.contains(route.toString()) || STREAMS.contains(route.path())) continue;
            int status = auditor.send(route.method(), route.of("alice")).status();
            if (refused != (status == 403)) wrong.add(route + " answered " + status);
        }
        assertEquals(List.of(), wrong);
        assertEquals("running", alice.show().get("state").asText());
    }

    @Test
    void anAuditorRunsAnAudit() {
        instance.done(auditor.send("POST", "/api/v1/audits")); // or the next test that wants one is refused
    }

    @Test
    void aTenantsOwnerReachesItsOwnTenantAlone() {
        List<String> wrong = new ArrayList<>();
        for (Routes route : Routes.all()) {
            if (EVERYBODYS.contains(route.toString())) continue;
            boolean allowed = TENANTS.contains(route.toString());
            if (allowed && route.changes()) continue; // tried one by one below
            var answer = owner.send(route.method(), route.of("alice"));
            boolean denied = answer.status() == 404 && answer.text().contains("There is nothing under this path.");
            if (allowed == denied) wrong.add(route + " answered " + answer.status());
        }
        assertEquals(List.of(), wrong);
        assertEquals("running", alice.show().get("state").asText(), "frozen by nobody");
    }

    @Test
    void anotherTenantAndOneThatIsNotThereAreTheSameToTheByte() {
        int compared = 0;
        for (Routes route : Routes.all()) {
            if (!route.path().contains("{name}") || EVERYBODYS.contains(route.toString())) continue;
            var others = owner.send(route.method(), route.of("bob"));
            var nobodys = owner.send(route.method(), route.of("nix"));
            assertEquals(404, others.status(), route.toString());
            assertEquals(described(nobodys), described(others), route.toString());
            compared++;
        }
        assertTrue(compared > 30, compared + " routes");
        for (String way : List.of(
                "/api/v1/tenants/alice/../bob",
                "/api/v1/tenants/alice/keys/%2e%2e/%2e%2e/bob",
                "/api/v1/tenants/alice%2F..%2Fbob",
                "/api/v1/tenants/bob;name=alice",
                "/api/v1/tenants//bob",
                "/api/v1//tenants/bob/usage",
                "/api/v1/tenants/BOB",
                "/api/v1/tenants/alice/snapshots/../../bob/usage"))
            assertNotEquals(200, owner.send("GET", way).status(), way);
        assertEquals("running", bob.show().get("state").asText());
    }

    @Test
    void whatIsOfTheMachineIsNotThereForAnOwner() {
        for (String path : List.of("/q/metrics", "/q/openapi", "/.//q/metrics", "/q/../q/metrics", "/api/v1/host"))
            assertEquals(404, owner.send("GET", path).status(), path);
        auditor.send("GET", "/q/metrics").expect(200);
    }

    @Test
    void anOperationOfAnothersIsNotThere() {
        var restarts = List.of(
                instance.request("POST", "/tenants/alice/restart", null),
                instance.request("POST", "/tenants/bob/restart", null));
        String mine = restarts.getFirst().expect(202).json().get("id").asText();
        String bobs = restarts.getLast().expect(202).json().get("id").asText();
        for (String path : List.of("/api/v1/operations/", "/operations/", "/live/operations/")) {
            owner.send("GET", path + mine).expect(200);
            var others = owner.send("GET", path + bobs);
            var nobodys = owner.send("GET", path + "00000000-0000-0000-0000-000000000000");
            assertEquals(404, others.status());
            assertEquals(described(nobodys), described(others));
        }
        restarts.forEach(instance::done);
    }

    @Test
    void anOwnerDoesWithItsTenantWhatItMay() {
        assertEquals(
                List.of("alice"),
                owner.send("GET", "/api/v1/tenants").expect(200).json().findValuesAsText("name"));
        owner.form("/tenants/alice/snapshots", Map.of("note", "mine")).expect(303);
        Eventually.holds(() -> assertTrue(
                owner.send("GET", "/api/v1/tenants/alice/snapshots").text().contains("mine")));
        instance.done(owner.send("POST", "/api/v1/tenants/alice/restart"));
        assertEquals("running", alice.show().get("state").asText());
        var home = owner.send("GET", "/").expect(303);
        assertTrue(home.headers().firstValue("location").orElse("").endsWith("/tenants/alice"));
    }

    @Test
    void aPageOffersNothingThatWouldBeRefused() {
        Set<String> followed = new java.util.HashSet<>();
        for (Person person : List.of(auditor, owner)) {
            for (Routes route : Routes.all()) {
                boolean page = !route.changes() && !route.path().startsWith("/api/");
                if (!page
                        || STREAMS.contains(route.path())
                        || route.path().startsWith("/sign")
                        || route.path().contains("{id}")) continue;
                var answer = person.send("GET", route.of("alice"));
                if (answer.status() != 200) continue;
                Matcher form =
                        Pattern.compile("method=\"post\" action=\"([^\"]+)\"").matcher(answer.text());
                while (form.find()) assertOffered(person, route, form.group(1));
                Matcher link = Pattern.compile(" (?:href|src)=\"(/[^\"#?]*)").matcher(answer.text());
                while (link.find())
                    if (followed.add(person.name() + link.group(1)))
                        assertFalse(
                                Set.of(403, 404)
                                        .contains(person.send("GET", link.group(1))
                                                .status()),
                                person.name() + ": " + route + " leads to " + link.group(1));
            }
        }
    }

    @Test
    void whatHappenedToAnEarlierTenantOfThatNameIsNotTold() {
        try (TenantHandle ignored = instance.tenant("carrel")) {
            instance.done(instance.request("POST", "/tenants/carrel/snapshots", Map.of("note", "of the first one")));
            Eventually.holds(() ->
                    assertTrue(instance.get("/events?tenant=carrel").text().contains("of the first one")));
        }
        try (TenantHandle ignored = instance.tenant("carrel");
                Person second = Person.create(instance, "test-second", "tenant", "carrel")) {
            String page = second.send("GET", "/tenants/carrel").expect(200).text();
            assertTrue(page.contains("carrel was onboarded"), page);
            assertFalse(page.contains("of the first one"), page);
        }
    }

    private static void assertOffered(Person person, Routes where, String action) {
        Set<String> own = person == auditor ? AUDITORS_CHANGES : TENANTS;
        boolean offered = own.stream().anyMatch(route -> matches(route, action))
                || EVERYBODYS.stream().anyMatch(route -> matches(route, action))
                || action.endsWith("/restart") && person == owner;
        assertTrue(offered, person.name() + ": " + where + " has a form for " + action);
    }

    private static boolean matches(String route, String action) {
        String pattern = route.replaceFirst("^\\w+ ", "").replaceAll("\\{\\w+}", "[^/]+");
        return route.startsWith("POST ") && action.matches(pattern);
    }

    /** All of an answer but the time. */
    private static String described(Instance.Answer answer) {
        var headers = new TreeMap<>(answer.headers().map());
        headers.remove("date");
        return answer.status() + " " + headers + " " + answer.text();
    }
}
