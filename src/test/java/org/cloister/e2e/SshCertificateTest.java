package org.cloister.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Certificates as ssh-keygen makes them: of an authority of Alice's own, and of one that all tenants trust. Bob, whose own
 * key logs in, trusts the latter alone.
 */
class SshCertificateTest {

    private static final Duration SHORT = Command.LONG;

    private static Instance instance;
    private static TenantHandle alice;
    private static TenantHandle bob;

    @TempDir
    static Path directory;

    @BeforeAll
    static void onboard() throws Exception {
        instance = Instance.assumeRunning();
        alice = instance.tenant("alice");
        bob = instance.tenant("bob");
        for (String key : List.of("user", "own", "all", "stranger")) make(key, "ed25519");
        make("rsa", "rsa");
        trustByAll("all.pub");
        trust("cert-authority", "own.pub");
        alice.ssh("useradd -m worker").orFail();
    }

    @AfterAll
    static void leave() {
        if (instance == null) return;
        instance.request("DELETE", "/authorities/" + fingerprint("all.pub"), null);
        if (alice != null) alice.close();
        if (bob != null) bob.close();
    }

    @AfterEach
    void restore() {
        for (JsonNode row : instance.get("/revocations").json())
            instance.request("DELETE", "/revocations/" + row.get("id").asText(), null);
    }

    private static Path file(String name) {
        return directory.resolve(name);
    }

    private static void make(String name, String type) {
        Command.run("ssh-keygen", "-q", "-t", type, "-N", "", "-f", file(name).toString())
                .orFail();
    }

    private static String fingerprint(String name) {
        return Command.run("ssh-keygen", "-lf", file(name).toString())
                .orFail()
                .out()
                .split(" ")[1];
    }

    private static void trust(String options, String key) throws Exception {
        String line = options + " " + Files.readString(file(key)).strip();
        instance.request("POST", "/tenants/alice/keys", Map.of("sshKeys", List.of(line)))
                .expect(201);
    }

    private static void trustByAll(String key) throws Exception {
        String line = Files.readString(file(key)).strip();
        instance.request("POST", "/authorities", Map.of("sshKeys", List.of(line)))
                .expect(201);
    }

    /** Makes a certificate of the user's key. @param more options of ssh-keygen(1), such as -n alice */
    private static void sign(String authority, String... more) {
        List<String> words = new ArrayList<>(
                List.of("ssh-keygen", "-q", "-s", file(authority).toString()));
        if (!List.of(more).contains("-I")) words.addAll(List.of("-I", "laptop"));
        words.addAll(List.of(more));
        words.add(file("user.pub").toString());
        Command.run(words.toArray(String[]::new)).orFail();
    }

    private static List<String> command(String name, List<String> options, String... command) {
        List<String> words = new ArrayList<>(alice.sshCommand(options, command));
        words.set(words.indexOf("-i") + 1, file("user").toString());
        words.addAll(words.indexOf("-i") + 2, List.of("-o", "CertificateFile=" + file("user-cert.pub")));
        words.set(words.indexOf("alice@127.0.0.1"), name + "@127.0.0.1");
        return words;
    }

    private static Command.Outcome login(String name, List<String> options, String... command) {
        return Command.run(command(name, options, command), new byte[0], SHORT);
    }

    /** Logged in to Alice with the certificate of now, and staying. */
    private static Process session() throws IOException {
        Process session = new ProcessBuilder(command("alice", List.of(), "echo in; exec sleep 1000"))
                .redirectErrorStream(true)
                .start();
        assertEquals('i', session.getInputStream().read());
        return session;
    }

    private static void assertDenied(String name) {
        Command.Outcome outcome = login(name, List.of(), "true");
        assertEquals(
                name + "@127.0.0.1: Permission denied (publickey).",
                outcome.stderr().strip(),
                outcome.toString());
        assertEquals(255, outcome.exit());
    }

    private static void assertLetIn(String name) {
        assertEquals(0, login(name, List.of(), "true").exit());
    }

    @Test
    void ofAnAuthorityThatNobodyTrustsIsDenied() {
        sign("stranger", "-n", "alice,bob");
        assertDenied("alice");
        assertDenied("bob");
        sign("own", "-n", "alice,bob");
        assertDenied("bob");
        assertLetIn("alice");
        sign("all", "-n", "alice,bob");
        assertLetIn("alice");
        assertLetIn("bob");
    }

    @Test
    void madeOutToSomebodyElseIsDenied() {
        sign("all", "-n", "bob,root");
        assertDenied("alice");
        sign("all");
        assertDenied("alice");
        sign("all", "-n", "alice+worker");
        assertDenied("alice");
        assertEquals("worker\n", login("alice+worker", List.of(), "id -un").out());
        assertLetIn("alice+worker");
    }

    @Test
    void ofAnotherTimeIsDenied() {
        sign("own", "-n", "alice", "-V", "20200101:20200102");
        assertDenied("alice");
        sign("own", "-n", "alice", "-V", "+1h:+2h");
        assertDenied("alice");
        sign("own", "-n", "alice", "-V", "-5m:+5m");
        assertLetIn("alice");
    }

    @Test
    void forAHostIsDenied() {
        sign("own", "-h", "-n", "alice");
        assertDenied("alice");
    }

    @Test
    void withACriticalOptionThatIsNotKnownIsDenied() {
        sign("own", "-n", "alice", "-O", "critical:be-careful@example.org=yes");
        assertDenied("alice");
        sign("own", "-n", "alice", "-O", "verify-required");
        assertDenied("alice");
        sign("own", "-n", "alice", "-O", "extension:be-careful@example.org=yes");
        assertLetIn("alice");
    }

    @Test
    void signedWithSha1IsDenied() throws Exception {
        trust("cert-authority", "rsa.pub");
        sign("rsa", "-n", "alice", "-t", "ssh-rsa");
        assertDenied("alice");
        sign("rsa", "-n", "alice", "-t", "rsa-sha2-512");
        assertLetIn("alice");
    }

    @Test
    void changedAfterItWasSignedIsDenied() throws Exception {
        sign("own", "-n", "bobby");
        String[] words = Files.readString(file("user-cert.pub")).split(" ");
        byte[] bytes = java.util.Base64.getDecoder().decode(words[1]);
        String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
        byte[] changed = text.replace("bobby", "alice").getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        Files.writeString(
                file("user-cert.pub"),
                words[0] + " " + java.util.Base64.getEncoder().encodeToString(changed) + " changed\n");
        assertDenied("alice");
    }

    @Test
    void fromElsewhereIsDenied() {
        sign("own", "-n", "alice", "-O", "source-address=127.0.0.64/26");
        assertDenied("alice");
        assertEquals(0, login("alice", List.of("-b", "127.0.0.65"), "true").exit());
    }

    @Test
    void revokedByNumberOrKeyIdIsDeniedAndItsSessionsEnd() throws Exception {
        for (Map<String, String> which : List.of(Map.of("serial", "42"), Map.of("keyId", "lost-laptop")))
            Quickest.isBelow(1_000, () -> {
                sign("own", "-n", "alice", "-z", "42", "-I", "lost-laptop");
                Process session = session();
                try {
                    var wish = new java.util.HashMap<>(which);
                    wish.put("authority", fingerprint("own.pub"));
                    long start = System.nanoTime();
                    instance.request("POST", "/revocations", wish).expect(201);
                    assertTrue(session.waitFor(60, TimeUnit.SECONDS));
                    long millis = (System.nanoTime() - start) / 1_000_000;
                    assertDenied("alice");
                    sign("own", "-n", "alice", "-z", "43", "-I", "new-laptop");
                    assertLetIn("alice");
                    return millis;
                } finally {
                    session.destroy();
                    restore();
                }
            });
    }

    @Test
    void ofAnAuthorityThatIsRemovedEndsItsSessions() throws Exception {
        make("brief", "ed25519");
        Quickest.isBelow(1_000, () -> {
            trustByAll("brief.pub");
            sign("brief", "-n", "alice");
            Process session = session();
            Process own = new ProcessBuilder(alice.sshCommand(List.of(), "echo in; exec sleep 1000")).start();
            try {
                assertEquals('i', own.getInputStream().read());
                instance.request("DELETE", "/authorities/" + fingerprint("brief.pub"), null)
                        .expect(204);
                long start = System.nanoTime();
                assertTrue(session.waitFor(60, TimeUnit.SECONDS));
                long millis = (System.nanoTime() - start) / 1_000_000;
                assertDenied("alice");
                assertTrue(own.isAlive());
                return millis;
            } finally {
                session.destroy();
                own.destroy();
            }
        });
    }

    @Test
    void doesOnlyWhatItsExtensionsAndItsAuthorityPermit() {
        sign("own", "-n", "alice", "-O", "no-pty");
        assertEquals(255, login("alice", List.of("-tt"), "tty").exit());
        assertEquals("not a tty\n", login("alice", List.of(), "tty").out());
        sign("own", "-n", "alice", "-O", "force-command=echo forced $SSH_ORIGINAL_COMMAND");
        assertEquals("forced date\n", login("alice", List.of(), "date").out());
        sign("own", "-n", "alice");
        assertTrue(login("alice", List.of("-tt"), "tty").out().startsWith("/dev/pts/"));
    }

    @Test
    void theAuthoritysKeyItselfLogsNobodyIn() {
        List<String> words = new ArrayList<>(alice.sshCommand(List.of(), "true"));
        words.set(words.indexOf("-i") + 1, file("own").toString());
        assertEquals(255, Command.run(words, new byte[0], SHORT).exit());
    }

    @Test
    void isNamedInTheEventOfItsLogin() throws Exception {
        sign("own", "-n", "alice", "-z", "4711", "-I", "named-laptop");
        assertLetIn("alice");
        Eventually.holds(() -> {
            String events = instance.get("/events?tenant=alice&limit=1000").text();
            assertTrue(
                    events.contains("the certificate \\\"named-laptop\\\", number 4711, of " + fingerprint("own.pub")),
                    events);
        });
    }

    @Test
    void whatIsNoRevocationIsRefusedWithASentence() {
        String authority = fingerprint("own.pub");
        for (Map<String, String> wish : List.of(
                Map.of("serial", "1"),
                Map.of("authority", "own", "serial", "1"),
                Map.of("authority", authority),
                Map.of("authority", authority, "serial", "1", "keyId", "x"),
                Map.of("authority", authority, "serial", "-1"),
                Map.of("authority", authority, "serial", "18446744073709551616"),
                Map.of("authority", authority, "keyId", ""),
                Map.of("authority", authority, "keyId", "a\nb")))
            assertFalse(instance.request("POST", "/revocations", wish)
                    .expect(400)
                    .json()
                    .get("detail")
                    .asText()
                    .isEmpty());
        instance.request("DELETE", "/revocations/00000000-0000-0000-0000-000000000000", null)
                .expect(404);
        instance.request("DELETE", "/authorities/SHA256:none", null).expect(404);
    }

    @Test
    void anAdminTrustsAnAuthorityAndRevokesItsCertificatesInThePages() throws Exception {
        make("paged", "ed25519");
        sign("paged", "-n", "alice");
        assertDenied("alice");
        String fingerprint = fingerprint("paged.pub");
        try (Chromium chromium = new Chromium();
                Visitor admin = chromium.visit(instance)) {
            Page page = admin.page;
            Locator trusted = page.locator("tr", new Page.LocatorOptions().setHasText(fingerprint));
            admin.open("/authorities");
            page.getByLabel("Add authorities").fill("not a key");
            admin.button("Add").click();
            assertThat(page.locator("#keys-fault")).isVisible();
            assertThat(page.getByLabel("Add authorities")).hasValue("not a key");
            page.getByLabel("Add authorities").fill(Files.readString(file("paged.pub")));
            admin.button("Add").click();
            assertThat(trusted).hasCount(1);
            assertLetIn("alice");

            page.getByLabel("Fingerprint of the authority").fill(fingerprint);
            admin.button("Revoke").click();
            assertThat(page.locator("#certificate-fault")).isVisible();
            assertThat(page.getByLabel("Fingerprint of the authority")).hasValue(fingerprint);
            page.getByLabel("Number or key id").fill("laptop");
            admin.button("Revoke").click();
            assertThat(trusted).hasCount(2);
            assertDenied("alice");
            admin.pictures("authorities");
            trusted.nth(1).locator("summary").click();
            admin.button("Restore the certificate").click();
            assertThat(trusted).hasCount(1);
            assertLetIn("alice");

            trusted.locator("summary").click();
            trusted.getByText("Remove the authority").click();
            assertThat(trusted).hasCount(0);
            assertDenied("alice");
        } finally {
            instance.request("DELETE", "/authorities/" + fingerprint, null);
        }
    }

    @Test
    void anAuthorityForAllNamesTenantsAndNobodyElse() throws Exception {
        String line = "principals=\"ops\",cert-authority "
                + Files.readString(file("stranger.pub")).strip();
        JsonNode problem = instance.request("POST", "/authorities", Map.of("sshKeys", List.of(line)))
                .expect(400)
                .json();
        assertEquals("sshKeys", problem.get("field").asText());
    }
}
