package org.cloister.e2e;

import static org.cloister.e2e.ApiInputTest.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How people get in, stay out and are put out. */
class PeopleTest {

    private static final String PASSWORD = "correct horse battery";

    private Instance instance;
    private Person person;

    @BeforeEach
    void invite() {
        instance = Instance.assumeRunning();
        person = Person.create(instance, "test-person", "auditor", null);
    }

    @AfterEach
    void leave() {
        if (person != null) person.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|auditor||name",
                "Test|auditor||name",
                "cloister|admin||name",
                "a23456789012345678901234567890123|admin||name",
                "test-x|owner||role",
                "test-x|||role",
                "test-x|tenant||tenant",
                "test-x|tenant|nix|tenant",
                "test-x|auditor|alice|tenant",
                "test-person|auditor||name"
            })
    void aWrongAccountIsRefusedWithItsFieldNamed(String name, String role, String tenant, String field) {
        Map<String, Object> wish = new java.util.HashMap<>();
        wish.put("name", name);
        wish.put("role", role);
        wish.put("tenant", tenant);
        var answer = instance.request("POST", "/accounts", wish);
        assertEquals(name.equals("test-person") ? 409 : 400, answer.status(), answer.text());
        assertEquals(field, answer.json().get("field").asText(), answer.text());
    }

    @Test
    void nobodySignsInWithoutTheRightPassword() {
        signIn("test-person", "", "").expect(403); // there is none yet
        setPassword("", PASSWORD).expect(303);
        String none = signIn("test-nobody", PASSWORD, "").expect(403).text();
        String wrong = signIn("test-person", PASSWORD + "x", "").expect(403).text();
        assertEquals(none.replace("test-nobody", "test-person"), wrong, "who is there is not told");
        var right = signIn("test-person", PASSWORD, "").expect(303);
        get(Person.cookie(right), "/api/v1/tenants").expect(200);
    }

    @Test
    void aShortPasswordIsRefusedAndTheOldOneIsAskedFor() {
        assertTrue(setPassword("", "too short").expect(422).text().contains("12 characters"));
        setPassword("", PASSWORD).expect(303);
        assertTrue(setPassword("wrong", PASSWORD + "2").expect(422).text().contains("not the present password"));
        setPassword(PASSWORD, PASSWORD + "2").expect(303);
        signIn("test-person", PASSWORD, "").expect(403);
        signIn("test-person", PASSWORD + "2", "").expect(303);
    }

    @Test
    void withASecondFactorAPasswordAloneDoesNotDoAndACodeDoesOnce() throws Exception {
        setPassword("", PASSWORD).expect(303);
        String secret = offered();
        person.form("/account/factor", Map.of("secret", secret, "old", PASSWORD, "code", "000000"))
                .expect(422);
        signIn("test-person", PASSWORD, "").expect(303); // not set up by a wrong code
        String first = code(secret, 0);
        var shown = person.form("/account/factor", Map.of("secret", secret, "old", PASSWORD, "code", first))
                .expect(200);
        signIn("test-person", PASSWORD, "").expect(403);
        signIn("test-person", PASSWORD, first).expect(403);
        String next = code(secret, 1);
        signIn("test-person", PASSWORD, next).expect(303);
        signIn("test-person", PASSWORD, next).expect(403);
        Matcher recovery = Pattern.compile("[a-z2-7]{4}(-[a-z2-7]{4}){3}").matcher(shown.text());
        assertTrue(recovery.find());
        signIn("test-person", PASSWORD, recovery.group()).expect(303);
        signIn("test-person", PASSWORD, recovery.group()).expect(403);
    }

    @Test
    void guessingIsSlowedDownAndSoNobodyElse() {
        setPassword("", PASSWORD).expect(303);
        Eventually.holds(
                () -> { // again where the first wait, a second, was over before the next was asked
                    int status = 0;
                    for (int i = 0; i < 12 && status != 429; i++)
                        status = signIn("test-person", "guess " + i, "").status();
                    assertEquals(429, status);
                    assertTrue(signIn("test-person", PASSWORD, "").text().contains("Too many attempts. Wait "));
                });
        get(person.cookie(), "/api/v1/tenants").expect(200);
        Eventually.holds(() -> signIn("test-person", PASSWORD, "").expect(303));
    }

    @Test
    void aResetTakesEveryWayInAway() {
        setPassword("", PASSWORD).expect(303);
        String token = token("all").get("token").asText();
        String link = instance.request("POST", "/accounts/test-person/reset", null)
                .expect(200)
                .json()
                .get("link")
                .get("url")
                .asText();
        problem(get(person.cookie(), "/api/v1/tenants"), 401);
        problem(bearer("GET", "/api/v1/tenants", token), 401);
        signIn("test-person", PASSWORD, "").expect(403);
        Person again = Person.byLink(instance, "test-person", link);
        again.send("GET", "/api/v1/tenants").expect(200);
        Person.form(instance, null, "/sign-in", Map.of("code", link.replaceFirst(".*code=", "")))
                .expect(403);
    }

    @Test
    void aDeletedAccountIsOutAtOnceAndTheAdminOfTheMachineStays() {
        instance.request("DELETE", "/accounts/test-person", null).expect(204);
        problem(get(person.cookie(), "/api/v1/tenants"), 401);
        problem(instance.request("DELETE", "/accounts/admin", null), 409);
    }

    @Test
    void aTokenThatMayReadChangesNothingAndEndsWhenItIsRemoved() {
        var made = token("read");
        String token = made.get("token").asText();
        bearer("GET", "/api/v1/tenants", token).expect(200);
        var refused = bearer("POST", "/api/v1/audits", token);
        problem(refused, 403);
        assertTrue(refused.text().contains("may only read"), refused.text());
        bearer(
                        "DELETE",
                        "/api/v1/tokens/" + made.get("id").asText(),
                        token("all").get("token").asText())
                .expect(204);
        problem(bearer("GET", "/api/v1/tenants", token), 401);
        assertFalse(get(person.cookie(), "/api/v1/tokens").text().contains(token), "it is shown once");
    }

    @ParameterizedTest
    @CsvSource({"'',all,30,name", "x,some,30,scope", "x,all,0,days", "x,all,400,days"})
    void aWrongTokenIsRefusedWithItsFieldNamed(String name, String scope, int days, String field) {
        var answer = instance.request("POST", "/tokens", Map.of("name", name, "scope", scope, "days", days))
                .expect(400);
        assertEquals(field, answer.json().get("field").asText());
    }

    @Test
    void aSessionThatIsEndedIsOver() {
        setPassword("", PASSWORD).expect(303);
        String other = Person.cookie(signIn("test-person", PASSWORD, "").expect(303));
        String page = person.send("GET", "/account").expect(200).text();
        Matcher row = Pattern.compile("name=\"id\" value=\"([0-9a-f-]{36})\"").matcher(page);
        int sessions = 0;
        while (row.find()) {
            sessions++;
            person.form("/account/sessions/end", Map.of("id", row.group(1)));
        }
        assertEquals(2, sessions);
        problem(get(other, "/api/v1/tenants"), 401);
        problem(get(person.cookie(), "/api/v1/tenants"), 401);
    }

    @Test
    void theDatabaseHoldsNothingThatSignsIn() {
        setPassword("", PASSWORD).expect(303);
        String token = token("all").get("token").asText();
        String secret = offered();
        person.form("/account/factor", Map.of("secret", secret, "old", PASSWORD, "code", code(secret, 0)))
                .expect(200);
        String dump = instance.psql(
                "select * from account; select * from web_session; select * from api_token; select * from recovery_code;"
                        + " select * from sign_in_link; select * from event");
        assertTrue(dump.contains("test-person") && dump.contains("$argon2id$"));
        for (String kept : new String[] {PASSWORD, token, person.cookie().replaceFirst(".*=", ""), secret})
            assertFalse(dump.contains(kept), "it holds " + kept.substring(0, 4) + "…");
    }

    private Instance.Answer signIn(String name, String password, String factor) {
        return Person.form(instance, null, "/sign-in", Map.of("name", name, "password", password, "factor", factor));
    }

    private Instance.Answer setPassword(String old, String password) {
        return person.form("/account/password", Map.of("old", old, "password", password));
    }

    private com.fasterxml.jackson.databind.JsonNode token(String scope) {
        var headers = Map.of(
                "Cookie", person.cookie(), "Origin", instance.url().toString(), "Content-Type", "application/json");
        return instance.send("POST", "/api/v1/tokens", Map.of("name", "test", "scope", scope, "days", 1), headers)
                .expect(201)
                .json();
    }

    private Instance.Answer bearer(String method, String path, String token) {
        return instance.send(method, path, null, Map.of("Authorization", "Bearer " + token));
    }

    private Instance.Answer get(String cookie, String path) {
        return instance.send("GET", path, null, Map.of("Cookie", cookie));
    }

    private String offered() {
        Matcher secret = Pattern.compile("name=\"secret\" value=\"([A-Z2-7]{32})\"")
                .matcher(person.send("GET", "/account/factor").expect(200).text());
        assertTrue(secret.find());
        return secret.group(1);
    }

    /** What an authenticator shows, written here anew from RFC 6238. @param steps from now: 0 or 1, which a step that ends leaves valid */
    static String code(String secret, int steps) {
        try {
            var bits = new StringBuilder();
            for (char one : secret.toCharArray())
                bits.append(
                        String.format("%5s", Integer.toBinaryString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(one)))
                                .replace(' ', '0'));
            byte[] key = new byte[20];
            for (int i = 0; i < 20; i++) key[i] = (byte) Integer.parseInt(bits.substring(i * 8, i * 8 + 8), 2);
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(key, "HmacSHA1"));
            byte[] sum = mac.doFinal(ByteBuffer.allocate(8)
                    .putLong(Instant.now().getEpochSecond() / 30 + steps)
                    .array());
            int at = sum[19] & 15;
            return String.format("%06d", (ByteBuffer.wrap(sum).getInt(at) & 0x7fffffff) % 1_000_000);
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
