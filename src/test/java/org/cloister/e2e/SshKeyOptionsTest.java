package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys with options before them, as authorized_keys has them, seen by the real client. Alice's own key has none. */
class SshKeyOptionsTest {

    private static final Duration SHORT = Command.LONG;
    private static final String DENIED = "alice@127.0.0.1: Permission denied (publickey).";

    private static Instance instance;
    private static TenantHandle alice;

    @TempDir
    static Path directory;

    @BeforeAll
    static void onboard() throws Exception {
        instance = Instance.assumeRunning();
        alice = instance.tenant("alice");
        Command.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key()).orFail();
        alice.ssh("useradd -m -s /bin/sh worker").orFail();
    }

    @AfterAll
    static void leave() {
        if (alice != null) alice.close();
    }

    @AfterEach
    void takeAway() throws Exception {
        instance.request("DELETE", "/tenants/alice/keys/" + fingerprint(), null);
    }

    private static String key() {
        return directory.resolve("second").toString();
    }

    private static String publicKey() throws Exception {
        return Files.readString(Path.of(key() + ".pub")).strip();
    }

    private static String fingerprint() {
        return Command.run("ssh-keygen", "-lf", key() + ".pub").orFail().out().split(" ")[1];
    }

    private static Instance.Answer add(String options) throws Exception {
        return instance.request(
                "POST", "/tenants/alice/keys", Map.of("sshKeys", List.of((options + " " + publicKey()).strip())));
    }

    private static List<String> command(String name, List<String> options, String... command) {
        List<String> words = new ArrayList<>(alice.sshCommand(options, command));
        words.set(words.indexOf("-i") + 1, key());
        words.set(words.indexOf("alice@127.0.0.1"), name + "@127.0.0.1");
        return words;
    }

    private static Command.Outcome login(String name, List<String> options, String... command) {
        return Command.run(command(name, options, command), new byte[0], SHORT);
    }

    private static void assertDenied(Command.Outcome outcome) {
        assertEquals(DENIED, outcome.stderr().strip(), outcome.toString());
        assertEquals(255, outcome.exit());
    }

    @Test
    void anOptionThatIsNotKnownIsRefusedAndNothingStored() throws Exception {
        JsonNode problem = add("no-x12-forwarding").expect(400).json();
        assertEquals("sshKeys", problem.get("field").asText());
        assertTrue(problem.get("detail").asText().startsWith("The option no-x12-forwarding is not known here."));
        assertFalse(instance.get("/tenants/alice/keys").text().contains(fingerprint()));
        assertDenied(login("alice", List.of(), "true"));
    }

    @Test
    void aKeyThatIsThereIsNotWidenedByAddingItAgain() throws Exception {
        add("no-pty").expect(201);
        add("").expect(409);
        add("no-pty").expect(201);
        assertTrue(instance.get("/tenants/alice/keys").text().contains("\"no-pty\""));
    }

    @Test
    void fromElsewhereItIsDeniedAsAnUnknownKey() throws Exception {
        add("from=\"127.0.0.64/26,!127.0.0.66\"").expect(201);
        assertDenied(login("alice", List.of(), "true"));
        assertDenied(login("alice", List.of("-b", "127.0.0.66"), "true"));
        assertEquals(0, login("alice", List.of("-b", "127.0.0.65"), "true").exit());
    }

    @Test
    void atItsTimeItIsDeniedAndItsSessionsEnd() throws Exception {
        Instant end = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(25); // for a login that takes its time
        String time = DateTimeFormatter.ofPattern("uuuuMMddHHmmss'Z'")
                .withZone(ZoneOffset.UTC)
                .format(end);
        JsonNode keys = add("expiry-time=\"" + time + "\"").expect(201).json().get("keys");
        assertTrue(keys.findValuesAsText("expiresAt").contains(end.toString()), keys.toString());
        Process session = new ProcessBuilder(command("alice", List.of(), "echo in; exec sleep 1000"))
                .redirectErrorStream(true)
                .start();
        Process own = new ProcessBuilder(alice.sshCommand(List.of(), "echo in; exec sleep 1000")).start();
        try {
            assertEquals('i', session.getInputStream().read());
            assertEquals('i', own.getInputStream().read());
            assertTrue(session.waitFor(90, TimeUnit.SECONDS));
            long late = Duration.between(end, Instant.now()).toMillis();
            assertTrue(late >= 0 && late < 10_000, late + " ms after its time");
            assertEquals(255, session.exitValue());
            assertDenied(login("alice", List.of(), "true"));
            assertTrue(own.isAlive(), "the other key's session goes on");
        } finally {
            session.destroy();
            own.destroy();
        }
    }

    @Test
    void itsCommandRunsInsteadOfAnyOther() throws Exception {
        add("command=\"echo forced \\\"$SSH_ORIGINAL_COMMAND\\\"\",no-pty").expect(201);
        assertEquals("forced \n", login("alice", List.of()).out());
        assertEquals(
                "forced cat /etc/shadow\n",
                login("alice", List.of(), "cat /etc/shadow").out());
        assertEquals(
                "forced /usr/lib/openssh/sftp-server\n",
                login("alice", List.of("-s"), "sftp").out());
        List<String> copy = new ArrayList<>(List.of("scp", "-O", "-P", String.valueOf(instance.sshPort())));
        copy.addAll(alice.clientOptions());
        copy.set(copy.indexOf("-i") + 1, key());
        copy.addAll(List.of(
                "alice@127.0.0.1:/etc/hostname", directory.resolve("got").toString()));
        assertNotEquals(0, Command.run(copy, new byte[0], SHORT).exit());
        assertFalse(Files.exists(directory.resolve("got")));
    }

    @Test
    void withoutATerminalNoneIsGiven() throws Exception {
        add("restrict").expect(201);
        assertEquals(255, login("alice", List.of("-tt"), "tty").exit());
        assertEquals("not a tty\n", login("alice", List.of(), "tty").out());
        takeAway();
        add("restrict,pty").expect(201);
        assertTrue(login("alice", List.of("-tt"), "tty").out().startsWith("/dev/pts/"));
    }

    @Test
    void boundToAUserItLogsInAsNobodyElse() throws Exception {
        add("user=\"worker\"").expect(201);
        assertDenied(login("alice", List.of(), "true"));
        Command.Outcome other = login("alice+www-data", List.of(), "true");
        assertTrue(other.stderr().contains("Permission denied (publickey)"), other.toString());
        assertEquals("worker\n", login("alice+worker", List.of(), "id -un").out());
    }

    @Test
    void itsVariablesAreSetOverTheClients() throws Exception {
        add("environment=\"LC_TELEPHONE=of-the-key\"").expect(201);
        List<String> words = command("alice", List.of("-o", "SendEnv=LC_TELEPHONE"), "echo $LC_TELEPHONE");
        assertEquals(
                "of-the-key\n",
                Command.run(words, Map.of("LC_TELEPHONE", "of-the-client"), new byte[0], SHORT)
                        .out());
    }
}
