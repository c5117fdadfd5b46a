package org.cloister.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A running product as a black box. Where it is stands in the environment: CLOISTER_TEST_URL (such as
 * http://127.0.0.1:18090), CLOISTER_TEST_SSH (the port), CLOISTER_TEST_HOME, CLOISTER_TEST_INSTANCE. Immutable.
 */
record Instance(String name, URI url, int sshPort, Path home) {

    /** How long a test waits for a change of a tenant; the template is there already. */
    static final Duration PATIENCE = Duration.ofSeconds(300);

    static final ObjectMapper JSON = new ObjectMapper();

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(60))
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    /** The instance under test. Without one the test is skipped and says why. */
    static Instance assumeRunning() {
        String url = System.getenv("CLOISTER_TEST_URL");
        assumeTrue(url != null && !url.isBlank(), "CLOISTER_TEST_URL is unset: no running product; use ops/test");
        return new Instance(
                required("CLOISTER_TEST_INSTANCE"),
                URI.create(url),
                Integer.parseInt(required("CLOISTER_TEST_SSH")),
                Path.of(required("CLOISTER_TEST_HOME")));
    }

    private static String required(String variable) {
        String value = System.getenv(variable);
        if (value == null || value.isBlank())
            throw new AssertionError("CLOISTER_TEST_URL is set and " + variable + " is not");
        return value;
    }

    /** The directory of sockets and pid files. */
    Path run() {
        return Path.of("/run", name);
    }

    String adminToken() {
        try {
            return Files.readString(home.resolve("keys/admin.token")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What came back. */
    record Answer(int status, HttpHeaders headers, String text) {

        JsonNode json() {
            try {
                return JSON.readTree(text);
            } catch (IOException e) {
                throw new AssertionError("not JSON, status " + status + ": " + text, e);
            }
        }

        /** This answer, if it has this status. */
        Answer expect(int expected) {
            if (status != expected)
                throw new AssertionError("status " + status + " instead of " + expected + ": " + text);
            return this;
        }
    }

    /**
     * A request as admin, under /api/v1.
     *
     * @param path such as "/tenants"
     * @param json null for no body; a String or stream is sent as it is, anything else as Jackson writes it
     */
    Answer request(String method, String path, Object json) {
        return request(method, path, json, Map.of());
    }

    /** @param headers beside the admin token and Content-Type: application/json, which they may replace */
    Answer request(String method, String path, Object json, Map<String, String> headers) {
        var all = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        all.put("Authorization", "Bearer " + adminToken());
        if (json != null) all.put("Content-Type", "application/json");
        all.putAll(headers);
        return send(method, "/api/v1" + path, json, all);
    }

    /** A request under /api/v1 by nobody. */
    Answer anonymous(String method, String path, Object json) {
        return send(
                method, "/api/v1" + path, json, json == null ? Map.of() : Map.of("Content-Type", "application/json"));
    }

    Answer get(String path) {
        return request("GET", path, null);
    }

    /** A change that is waited for: the answer comes when it is done, or after four minutes with 202. */
    Answer change(String method, String path, Object json) {
        return request(method, path, json, Map.of("Prefer", "wait=240"));
    }

    /** A change that was answered with 202, at its end. */
    JsonNode done(Answer accepted) {
        String path = "/operations/" + accepted.expect(202).json().get("id").asText();
        Eventually.seen(
                "the end of " + accepted.text(),
                PATIENCE,
                () -> get(path).expect(200).json().get("done").asBoolean());
        return get(path).json();
    }

    /** An audit of all, once it is there. */
    JsonNode audit() {
        return request("POST", "/audits", null, Map.of("Prefer", "wait=240"))
                .expect(201)
                .json();
    }

    /** Changes single limits of a tenant, by their names in the API. */
    void limit(String tenant, Map<String, ? extends Number> limits) {
        change("PATCH", "/tenants/" + tenant, Map.of("limits", limits)).expect(200);
    }

    /** What a tenant uses now, by its limits. */
    JsonNode usage(String tenant) {
        return get("/tenants/" + tenant + "/usage").expect(200).json();
    }

    /** The first of the places that are this instance's. */
    int firstSlot() {
        return get("/host").expect(200).json().get("firstSlot").asInt();
    }

    /** Any request, with exactly these headers; redirects are not followed. */
    Answer send(String method, String path, Object body, Map<String, String> headers) {
        try {
            HttpRequest.BodyPublisher content = switch (body) {
                case null -> HttpRequest.BodyPublishers.noBody();
                case String text -> HttpRequest.BodyPublishers.ofString(text);
                case byte[] bytes -> HttpRequest.BodyPublishers.ofByteArray(bytes);
                // in chunks, its length not announced
                case InputStream stream -> HttpRequest.BodyPublishers.ofInputStream(() -> stream);
                default -> HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
            };
            var request = HttpRequest.newBuilder(url.resolve(path))
                    .method(method, content)
                    .timeout(PATIENCE);
            if (body instanceof InputStream) request.version(HttpClient.Version.HTTP_1_1); // HTTP/2 knows no chunks
            headers.forEach(request::header);
            HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new AssertionError(method + " " + path + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** A fresh link that signs a browser in as admin, once. */
    String signInLink() {
        Answer answer = request("POST", "/sign-in-links", Map.of());
        if (answer.status() / 100 != 2) throw new AssertionError("no sign-in link: " + answer);
        return answer.json().get("url").asText();
    }

    /** The command that checks a signature of this instance's agent as an outsider does; the document is its input. */
    List<String> verification(Path signature, String... options) {
        List<String> command = new ArrayList<>(List.of("ssh-keygen", "-Y", "verify", "-n", "cloister-audit"));
        command.addAll(List.of("-f", home().resolve("keys/audit.signers").toString(), "-I", "audit@" + name()));
        command.addAll(List.of("-s", signature.toString()));
        command.addAll(List.of(options));
        return command;
    }

    /**
     * Onboards a tenant with a new key and waits until it runs. An earlier one of this name, left by a test that was
     * killed, is deleted first.
     */
    TenantHandle tenant(String name) {
        return TenantHandle.create(this, name, Map.of());
    }

    /** @param more fields of the request beside name, plan, sshKeys and start, which they may replace */
    TenantHandle tenant(String name, Map<String, Object> more) {
        return TenantHandle.create(this, name, more);
    }

    /** What psql said, errors included; as root, over the instance's own socket. */
    String psql(String statements) {
        List<String> psql = List.of("psql", "-X", "-h", run() + "/db", "-U", "cloister", "-d", "cloister");
        Command.Outcome outcome =
                Command.run(psql, (statements + ";\n").getBytes(StandardCharsets.UTF_8), Command.LONG);
        return outcome.out() + outcome.stderr();
    }
}
