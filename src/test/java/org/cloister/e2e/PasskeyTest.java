package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloister.Authenticator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Passkeys as no browser would send them. What a browser does is {@link PasskeyPagesTest}'s. */
class PasskeyTest {

    private static final String PASSWORD = "correct horse battery";
    private static final int VERIFIED = Authenticator.PRESENT | Authenticator.VERIFIED;

    private Instance instance;
    private Person person;
    private Authenticator phone;

    @BeforeEach
    void invite() {
        instance = Instance.assumeRunning();
        person = Person.create(instance, "test-holder", "auditor", null);
        phone = authenticator();
    }

    @AfterEach
    void leave() {
        if (person != null) person.close();
    }

    @Test
    void nobodySignsInByWhatIsNotWhollyTheirs() {
        add(person, phone, "");
        String unknown = refused(authenticator());
        Map<String, Runnable> spoilt = new LinkedHashMap<>();
        spoilt.put("a page of another address", () -> phone.origin = "http://localhost:1");
        spoilt.put("another site's", () -> phone.party = "eve.example");
        spoilt.put("nobody verified", () -> phone.flags = Authenticator.PRESENT);
        spoilt.put("somebody else's", () -> phone.user = handle("admin"));
        spoilt.forEach((what, spoil) -> {
            spoil.run();
            assertEquals(unknown, refused(phone), what);
            mend();
            signIn(phone).expect(303);
        });
        Authenticator thief = authenticator();
        thief.id = phone.id;
        thief.user = phone.user;
        assertEquals(unknown, refused(thief), "signed by another key");
        get(Person.cookie(signIn(phone).expect(303)), "/api/v1/tenants").expect(200);
        assertTrue(events().contains("A sign-in as test-holder by a passkey from "), events());
    }

    @Test
    void anAnswerSignsInOnceAndInTheBrowserThatAsked() {
        add(person, phone, "");
        var asked = ask();
        Map<String, String> answer = phone.sign(challenge(asked));
        String other = Person.cookie(ask());
        assertTrue(send(other, answer).expect(403).text().contains("too long"), "stolen on its way");
        assertTrue(send(null, answer).expect(403).text().contains("too long"));
        send(Person.cookie(asked), answer).expect(303);
        assertTrue(send(Person.cookie(asked), answer).expect(403).text().contains("too long"), "sent again");
        String forged = challenge(asked).replaceFirst("^.", "_");
        assertTrue(send(Person.cookie(asked), phone.sign(forged))
                .expect(403)
                .text()
                .contains("too long"));
        signIn(phone).expect(303);
    }

    @Test
    void oneThatSignedLessOftenThanBeforeIsRefusedAndTheLogSaysSo() {
        phone.signCount = 7;
        add(person, phone, "");
        phone.signCount = 9;
        signIn(phone).expect(303);
        refused(phone); // not even as often again
        phone.signCount = 0;
        String copied = refused(phone);
        assertEquals(refused(authenticator()), copied, "the answer tells nothing");
        assertTrue(events().contains("there may be a copy of it"), events());
        phone.signCount = 10;
        signIn(phone).expect(303);
    }

    @Test
    void aChallengeOfAnotherSessionAddsNoPasskey() {
        Map<String, String> wish = Map.of("name", "phone", "old", "");
        try (Person eve = Person.create(instance, "test-eve", "auditor", null)) {
            String hers = eve.form("/account/passkeys/options", wish)
                    .expect(200)
                    .json()
                    .get("challenge")
                    .asText();
            added(person, phone, hers).expect(422);
        }
        String forSignIn = challenge(ask());
        added(person, phone, forSignIn).expect(422);
        assertEquals(0, passkeys().size());
        add(person, phone, "");
        assertEquals(1, passkeys().size());
    }

    @Test
    void onePasskeyIsOfOneAccount() {
        add(person, phone, "");
        try (Person eve = Person.create(instance, "test-eve", "auditor", null)) {
            String challenge = creation(eve, "").get("challenge").asText();
            assertTrue(added(eve, phone, challenge).expect(422).text().contains("known already"));
            String id = passkeys().get(0).get("id").asText();
            eve.send("DELETE", "/api/v1/passkeys/" + id).expect(404);
            eve.form("/account/passkeys/remove", Map.of("id", id)).expect(422);
        }
        signIn(phone).expect(303);
    }

    @Test
    void whoHasOneDoesNotGetInByThePasswordAlone() {
        person.form("/account/password", Map.of("old", "", "password", PASSWORD))
                .expect(303);
        byPassword("").expect(303);
        String codes = add(person, phone, PASSWORD).text();
        byPassword("").expect(403);
        Matcher code = Pattern.compile("[a-z2-7]{4}(-[a-z2-7]{4}){3}").matcher(codes);
        assertTrue(code.find());
        byPassword(code.group()).expect(303);
        byPassword(code.group()).expect(403);
        var removal = Map.of("id", passkeys().get(0).get("id").asText(), "old", PASSWORD);
        var guess = new HashMap<>(removal);
        guess.put("old", PASSWORD + "x");
        person.form("/account/passkeys/remove", guess).expect(422);
        signIn(phone).expect(303);
        person.form("/account/passkeys/remove", removal).expect(303);
        signIn(phone).expect(403);
        assertEquals("0", count("recovery_code"), "of no use any more");
        byPassword("").expect(303);
    }

    @Test
    void theLastWayBackInIsNotRemoved() {
        add(person, phone, "");
        String id = passkeys().get(0).get("id").asText();
        var kept = person.form("/account/passkeys/remove", Map.of("id", id)).expect(422);
        assertTrue(kept.text().contains("you could not come back"), kept.text());
        person.send("DELETE", "/api/v1/passkeys/" + id).expect(409);
        Authenticator key = authenticator();
        creationOf(person, key, "");
        person.send("DELETE", "/api/v1/passkeys/" + id).expect(204);
        signIn(phone).expect(403);
        signIn(key).expect(303);
    }

    @Test
    void aSessionThatWasLeftOpenChangesNothing() {
        add(person, phone, "");
        instance.psql("update web_session set created_at = created_at - interval '11 minutes' where account_id ="
                + " (select id from account where name = 'test-holder')");
        for (var change : Map.of(
                        "/account/passkeys/options",
                        Map.of("name", "eve's"),
                        "/account/passkeys/remove",
                        Map.of("id", passkeys().get(0).get("id").asText()),
                        "/account/password",
                        Map.of("password", PASSWORD))
                .entrySet()) {
            var answer = person.form(change.getKey(), change.getValue()).expect(422);
            assertTrue(answer.text().contains("sign in again with your passkey"), answer.text());
        }
        Person fresh = new Person(instance, "test-holder", Person.cookie(signIn(phone)));
        fresh.form("/account/password", Map.of("password", PASSWORD)).expect(303);
    }

    @Test
    void aResetTakesThemAway() {
        add(person, phone, "");
        instance.request("POST", "/accounts/test-holder/reset", null).expect(200);
        signIn(phone).expect(403);
        assertEquals("0", count("passkey"));
    }

    @Test
    void aPageOfAnotherSiteAsksForNothing() {
        for (String path : new String[] {"/sign-in/passkey/options", "/sign-in/passkey"})
            instance.send("POST", path, "", Map.of("Origin", "https://eve.example"))
                    .expect(403);
        ask();
    }

    private Authenticator authenticator() {
        return new Authenticator(
                "localhost", "http://localhost:" + instance.url().getPort());
    }

    private void mend() {
        phone.party = "localhost";
        phone.origin = "http://localhost:" + instance.url().getPort();
        phone.flags = VERIFIED;
        phone.user = handle("test-holder");
    }

    private byte[] handle(String account) {
        Matcher id = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
                .matcher(instance.psql("select id from account where name = '" + account + "'"));
        assertTrue(id.find());
        UUID uuid = UUID.fromString(id.group());
        return ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
    }

    private com.fasterxml.jackson.databind.JsonNode creation(Person who, String old) {
        return who.form("/account/passkeys/options", Map.of("name", "phone", "old", old))
                .expect(200)
                .json();
    }

    /** The first one, which brings recovery codes. */
    private Instance.Answer add(Person who, Authenticator authenticator, String old) {
        return creationOf(who, authenticator, old).expect(200);
    }

    private Instance.Answer creationOf(Person who, Authenticator authenticator, String old) {
        var offer = creation(who, old);
        authenticator.user = Authenticator.bytes(offer.get("userId").asText());
        return added(who, authenticator, offer.get("challenge").asText());
    }

    private static Instance.Answer added(Person who, Authenticator authenticator, String challenge) {
        Map<String, String> fields = authenticator.create(challenge);
        fields.put("name", "phone");
        return who.form("/account/passkeys", fields);
    }

    private Instance.Answer ask() {
        return Person.form(instance, null, "/sign-in/passkey/options", Map.of()).expect(200);
    }

    private static String challenge(Instance.Answer asked) {
        return asked.json().get("challenge").asText();
    }

    private Instance.Answer send(String cookie, Map<String, String> answer) {
        return Person.form(instance, cookie, "/sign-in/passkey", answer);
    }

    private Instance.Answer signIn(Authenticator authenticator) {
        var asked = ask();
        return send(Person.cookie(asked), authenticator.sign(challenge(asked)));
    }

    private String refused(Authenticator authenticator) {
        return signIn(authenticator).expect(403).text();
    }

    private Instance.Answer byPassword(String code) {
        return Person.form(
                instance, null, "/sign-in", Map.of("name", "test-holder", "password", PASSWORD, "factor", code));
    }

    private Instance.Answer get(String cookie, String path) {
        return instance.send("GET", path, null, Map.of("Cookie", cookie));
    }

    private com.fasterxml.jackson.databind.JsonNode passkeys() {
        return person.send("GET", "/api/v1/passkeys").expect(200).json();
    }

    private String count(String table) {
        return instance.psql("select 'n=' || count(*) from " + table + " where account_id ="
                        + " (select id from account where name = 'test-holder')")
                .replaceAll("(?s).*n=(\\d+).*", "$1");
    }

    private String events() {
        return instance.psql("select sentence from event where actor = 'test-holder' order by id desc limit 20");
    }
}
