package org.cloister.e2e;

import static org.cloister.e2e.ApiInputTest.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys by REST: what is taken, what is refused, and what is said of a key that two tenants have. */
class ApiKeysTest {

    private Instance instance;

    @TempDir
    Path directory;

    @BeforeEach
    void findTheInstance() {
        instance = Instance.assumeRunning();
    }

    @Test
    void aPrivateKeyIsRefusedAndLeftNowhere() throws IOException {
        generate("key", "ed25519", "256");
        String secret = Files.readString(directory.resolve("key"));
        var answer = instance.change(
                "POST", "/tenants", Map.of("name", "api-keys", "plan", "small", "sshKeys", List.of(secret)));
        JsonNode problem = problem(answer, 400);
        assertEquals("sshKeys", problem.get("field").asText());
        assertTrue(problem.get("detail").asText().contains(".pub"), problem.toString());
        instance.get("/tenants/api-keys").expect(404);
        String line = secret.lines().skip(2).findFirst().orElseThrow();
        assertFalse(answer.text().contains(line));
        for (String log : List.of("manager", "agent"))
            assertFalse(
                    Files.readString(instance.home().resolve("log/" + log + ".log"), StandardCharsets.ISO_8859_1)
                            .contains(line),
                    log);
        assertFalse(instance.get("/events?limit=1000").expect(200).text().contains(line));
    }

    @Test
    void aKeyOfTwoTenantsIsSaidToBe() {
        try (TenantHandle first = instance.tenant("api-keys")) {
            try (TenantHandle second = instance.tenant("api-keys2", Map.of("sshKeys", List.of(first.publicKey())))) {
                assertTrue(note(second).contains("also logs in to api-keys;"), note(second));
                assertTrue(note(first).contains("also logs in to api-keys2;"), note(first));
                assertTrue(note(first).contains("the name before @ decides whose shell opens"), note(first));
            }
            assertFalse(first.show().has("notes"));
        }
    }

    @Test
    void keysAreAddedListedAndRemovedByFingerprint() {
        try (TenantHandle tenant = instance.tenant("api-keys")) {
            String ecdsa = generate("other", "ecdsa", "384");
            String rsa = generate("third", "rsa", "2048");
            String paste = "# two at once\r\n" + ecdsa + "\r\n" + rsa + "\r\n";
            JsonNode added = instance.request("POST", "/tenants/api-keys/keys", Map.of("sshKeys", List.of(paste)))
                    .expect(201)
                    .json();
            assertEquals(3, added.get("keys").size());
            instance.request("POST", "/tenants/api-keys/keys", Map.of("sshKeys", List.of(rsa)))
                    .expect(201);
            JsonNode keys = instance.get("/tenants/api-keys/keys").expect(200).json();
            assertEquals(3, keys.size(), "the same key again is no new key");
            for (JsonNode key : keys)
                instance.request(
                                "DELETE",
                                "/tenants/api-keys/keys/"
                                        + key.get("fingerprint").asText(),
                                null)
                        .expect(204);
            assertEquals(
                    0, instance.get("/tenants/api-keys/keys").expect(200).json().size());
            problem(
                    instance.request(
                            "DELETE",
                            "/tenants/api-keys/keys/"
                                    + keys.get(0).get("fingerprint").asText(),
                            null),
                    404);
        }
    }

    @Test
    void theFingerprintIsTheOneOfSshKeygen() {
        try (TenantHandle tenant = instance.tenant("api-keys")) {
            String expected = Command.run(
                            "ssh-keygen", "-l", "-f", tenant.keyFile().toString())
                    .orFail()
                    .out()
                    .split(" ")[1];
            JsonNode key =
                    instance.get("/tenants/api-keys/keys").expect(200).json().get(0);
            assertEquals(expected, key.get("fingerprint").asText());
            assertEquals("ssh-ed25519", key.get("type").asText());
        }
    }

    @Test
    void aBadKeyBesideAGoodOneStoresNeither() {
        try (TenantHandle tenant = instance.tenant("api-keys")) {
            String good = generate("other", "ecdsa", "256");
            String weak = generate("weak", "rsa", "1024");
            problem(instance.request("POST", "/tenants/api-keys/keys", Map.of("sshKeys", List.of(good, weak))), 400);
            problem(
                    instance.request(
                            "POST", "/tenants/api-keys/keys", Map.of("sshKeys", List.of("from-anywhere " + good))),
                    400);
            problem(instance.request("POST", "/tenants/api-keys/keys", Map.of("sshKeys", List.of())), 400);
            assertEquals(
                    1, instance.get("/tenants/api-keys/keys").expect(200).json().size());
        }
    }

    private static String note(TenantHandle tenant) {
        return tenant.show().path("notes").path(0).asText();
    }

    private String generate(String file, String kind, String bits) {
        Path key = directory.resolve(file);
        Command.run("ssh-keygen", "-q", "-t", kind, "-b", bits, "-N", "", "-C", file, "-f", key.toString())
                .orFail();
        try {
            return Files.readString(directory.resolve(file + ".pub")).strip();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
