package org.cloister.e2e;

import static org.cloister.e2e.ApiInputTest.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody gets in without a token or a session, and a session is of use to our own pages alone. */
class ApiAccessTest {

    private Instance instance;

    @BeforeEach
    void findTheInstance() {
        instance = Instance.assumeRunning();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /tenants",
        "POST, /tenants",
        "GET, /tenants/alice",
        "DELETE, /tenants/alice",
        "POST, /tenants/alice/start",
        "GET, /tenants/alice/keys",
        "GET, /operations/00000000-0000-0000-0000-000000000000/stream",
        "GET, /plans",
        "GET, /templates",
        "GET, /audits",
        "POST, /audits",
        "GET, /events",
        "GET, /host",
        "POST, /sign-in-links",
        "GET, /nope"
    })
    void withoutATokenEverythingIs401(String method, String path) {
        problem(instance.anonymous(method, path, null), 401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer wrong", "Bearer ", "Bearer", "Basic YWRtaW46YWRtaW4=", "wrong"})
    void aWrongTokenIs401(String authorization) {
        var answer = instance.send("GET", "/api/v1/tenants", null, Map.of("Authorization", authorization));
        problem(answer, 401);
        assertTrue(answer.headers().firstValue("www-authenticate").orElse("").startsWith("Bearer"));
    }

    @Test
    void theHashOfTheTokenIsNotTheToken() {
        String hash = Command.run("cat", instance.home() + "/keys/admin.token.sha256")
                .orFail()
                .out()
                .strip();
        problem(instance.send("GET", "/api/v1/tenants", null, Map.of("Authorization", "Bearer " + hash)), 401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/q/metrics", "/q/openapi"})
    void metricsAndOpenApiNeedAnAccount(String path) {
        assertEquals(401, instance.send("GET", path, null, Map.of()).status());
        assertEquals(200, instance.send("GET", path, null, asAdmin()).status());
    }

    @Test
    void healthIsOpenAndNamesDatabaseAndAgent() {
        var answer = instance.send("GET", "/q/health/ready", null, Map.of()).expect(200);
        assertTrue(answer.text().contains("agent") && answer.text().contains("Database"), answer.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/tenants", "/audits", "/no/such/page"})
    void aPageLeadsWhoIsNobodyToTheSignIn(String path) {
        var answer = instance.send("GET", path, null, Map.of());
        assertTrue(answer.status() == 303 || answer.status() == 302, answer.toString());
        assertTrue(answer.headers().firstValue("location").orElse("").endsWith("/sign-in"), answer.toString());
    }

    @Test
    void aLinkSignsInOnceAndOpeningItUsesNothingUp() {
        String code = code();
        instance.send("GET", "/sign-in?code=" + code, null, Map.of()).expect(200);
        instance.send("GET", "/sign-in?code=" + code, null, Map.of()).expect(200);
        String cookie = redeem(code);
        instance.send("GET", "/api/v1/tenants", null, Map.of("Cookie", cookie)).expect(200);
        var again = signIn(code);
        assertTrue(again.status() >= 400, again.toString());
        assertFalse(again.headers().firstValue("set-cookie").isPresent(), again.toString());
    }

    @Test
    void theSessionCookieIsOutOfReachOfScriptsAndOtherSites() {
        String attributes = signIn(code()).headers().firstValue("set-cookie").orElseThrow();
        assertTrue(attributes.startsWith("cloister-session="), attributes);
        assertTrue(attributes.contains("HttpOnly"), attributes);
        assertTrue(attributes.contains("SameSite=Strict"), attributes);
        assertTrue(attributes.contains("Path=/"), attributes);
    }

    @Test
    void aChangeByCookieNeedsOurOwnOrigin() {
        String cookie = redeem(code());
        String body = "{\"name\":\"Alice\",\"plan\":\"small\"}";
        Map<String, String> plain = Map.of("Cookie", cookie, "Content-Type", "application/json");
        problem(instance.send("POST", "/api/v1/tenants", body, plain), 403);
        for (String foreign : List.of(
                "http://evil.example", "null", "https://" + instance.url().getAuthority() + ".evil.example"))
            problem(instance.send("POST", "/api/v1/tenants", body, with(plain, "Origin", foreign)), 403);
        problem(instance.send("POST", "/api/v1/tenants", body, with(plain, "Sec-Fetch-Site", "cross-site")), 403);
        problem(
                instance.send(
                        "POST",
                        "/api/v1/tenants",
                        body,
                        with(plain, "Origin", instance.url().toString())),
                400);
        problem(instance.send("POST", "/api/v1/tenants", body, with(plain, "Sec-Fetch-Site", "same-origin")), 400);
    }

    @Test
    void signingInNeedsOurOwnOriginToo() {
        var answer = instance.send(
                "POST", "/sign-in", "code=" + code(), Map.of("Content-Type", "application/x-www-form-urlencoded"));
        assertEquals(403, answer.status());
    }

    @Test
    void signingOutEndsTheSession() {
        String cookie = redeem(code());
        instance.send(
                "POST",
                "/sign-out",
                null,
                Map.of("Cookie", cookie, "Origin", instance.url().toString()));
        problem(instance.send("GET", "/api/v1/tenants", null, Map.of("Cookie", cookie)), 401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/tenants", "/sign-in", "/q/health", "/tenants", "/assets/nope.js"})
    void everyAnswerCarriesTheStrictHeaders(String path) {
        var headers = instance.send("GET", path, null, Map.of()).headers();
        String policy = headers.firstValue("content-security-policy").orElse("");
        assertTrue(policy.contains("default-src 'self'"), policy);
        assertTrue(policy.contains("frame-ancestors 'none'"), policy);
        assertFalse(policy.contains("unsafe-inline"), policy);
        assertEquals("nosniff", headers.firstValue("x-content-type-options").orElse(""));
        assertEquals("same-origin", headers.firstValue("referrer-policy").orElse(""));
    }

    private Map<String, String> asAdmin() {
        return Map.of("Authorization", "Bearer " + instance.adminToken());
    }

    private String code() {
        return instance.signInLink().replaceFirst(".*code=", "");
    }

    private Instance.Answer signIn(String code) {
        return instance.send(
                "POST",
                "/sign-in",
                "code=" + code,
                Map.of(
                        "Content-Type",
                        "application/x-www-form-urlencoded",
                        "Origin",
                        instance.url().toString()));
    }

    private String redeem(String code) {
        return signIn(code).headers().firstValue("set-cookie").orElseThrow().replaceFirst(";.*", "");
    }

    private static Map<String, String> with(Map<String, String> headers, String name, String value) {
        var more = new java.util.HashMap<>(headers);
        more.put(name, value);
        return more;
    }
}
