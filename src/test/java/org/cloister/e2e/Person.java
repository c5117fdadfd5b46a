package org.cloister.e2e;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Somebody with an account of the product, signed in. Closing deletes the account. */
record Person(Instance instance, String name, String cookie) implements AutoCloseable {

    /** @param tenant null unless the role is tenant */
    static Person create(Instance instance, String name, String role, String tenant) {
        instance.request("DELETE", "/accounts/" + name, null); // left by a test that was killed
        Map<String, Object> wish = new HashMap<>(Map.of("name", name, "role", role));
        if (tenant != null) wish.put("tenant", tenant);
        String link = instance.request("POST", "/accounts", wish)
                .expect(201)
                .json()
                .get("link")
                .get("url")
                .asText();
        return byLink(instance, name, link);
    }

    static Person byLink(Instance instance, String name, String link) {
        var answer = form(instance, null, "/sign-in", Map.of("code", link.replaceFirst(".*code=", "")))
                .expect(303);
        return new Person(instance, name, cookie(answer));
    }

    static String cookie(Instance.Answer answer) {
        return answer.headers().firstValue("set-cookie").orElseThrow().replaceFirst(";.*", "");
    }

    /** A form of a page, as a browser sends it. */
    static Instance.Answer form(Instance instance, String cookie, String path, Map<String, String> fields) {
        String body = fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        Map<String, String> headers = new HashMap<>(Map.of(
                "Content-Type",
                "application/x-www-form-urlencoded",
                "Origin",
                instance.url().toString()));
        if (cookie != null) headers.put("Cookie", cookie);
        return instance.send("POST", path, body, headers);
    }

    Instance.Answer form(String path, Map<String, String> fields) {
        return form(instance, cookie, path, fields);
    }

    /** A request from a page of ours. @param method of HTTP, or OPEN @param path from the root, with /api/v1 where it is meant */
    Instance.Answer send(String method, String path) {
        Map<String, String> headers =
                new HashMap<>(Map.of("Cookie", cookie, "Origin", instance.url().toString()));
        if (!method.equals("OPEN")) return instance.send(method, path, null, headers);
        headers.put("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="); // as far as a client can go that cannot upgrade
        return instance.send("GET", path, null, headers);
    }

    /** A token of theirs. @param scope all or read */
    String token(String scope) {
        return instance.send(
                        "POST",
                        "/api/v1/tokens",
                        Map.of("name", "test", "scope", scope, "days", 1),
                        Map.of(
                                "Cookie",
                                cookie,
                                "Origin",
                                instance.url().toString(),
                                "Content-Type",
                                "application/json"))
                .expect(201)
                .json()
                .get("token")
                .asText();
    }

    @Override
    public void close() {
        instance.request("DELETE", "/accounts/" + name, null);
    }
}
