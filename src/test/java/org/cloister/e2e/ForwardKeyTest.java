package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a key that forbids forwarding, or some of it, does not forward (sshd(8), AUTHORIZED_KEYS FILE FORMAT). */
class ForwardKeyTest {

    private static final Duration SHORT = Duration.ofSeconds(60);

    private static Instance instance;
    private static TenantHandle alice;

    @TempDir
    static Path directory;

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        alice = instance.tenant("alice");
        Echo.serve(alice, "0.0.0.0", 8000);
        Echo.serve(alice, "127.0.0.1", 8001);
        Command.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key()).orFail();
    }

    @AfterAll
    static void leave() {
        if (alice != null) alice.close();
    }

    @AfterEach
    void takeAway() {
        String fingerprint =
                Command.run("ssh-keygen", "-lf", key() + ".pub").orFail().out().split(" ")[1];
        instance.request("DELETE", "/tenants/alice/keys/" + fingerprint, null);
    }

    private static String key() {
        return directory.resolve("second").toString();
    }

    private static void add(String options) throws IOException {
        String line = options + " " + Files.readString(Path.of(key() + ".pub")).strip();
        instance.request("POST", "/tenants/alice/keys", Map.of("sshKeys", List.of(line.strip())))
                .expect(201);
    }

    private static List<String> command(List<String> options, String... command) {
        List<String> words = new ArrayList<>(alice.sshCommand(options, command));
        words.set(words.indexOf("-i") + 1, key());
        return words;
    }

    private static String through(String target) {
        return Command.run(command(List.of("-W", target)), "hello".getBytes(), SHORT)
                .out();
    }

    private static int listening(String where) {
        return Command.run(
                        command(List.of("-o", "ExitOnForwardFailure=yes", "-R", where + ":127.0.0.1:9"), "true"),
                        new byte[0],
                        SHORT)
                .exit();
    }

    @Test
    void withoutForwardingNothingIsForwardedAndACommandRuns() throws IOException {
        add("no-port-forwarding");
        assertEquals("", through("127.0.0.1:8000"));
        assertEquals(255, listening("9000"));
        assertEquals(255, listening("/tmp/listen"));
        assertEquals(
                "in\n",
                Command.run(command(List.of(), "echo in"), new byte[0], SHORT).out());
    }

    @Test
    void whereItOpensOnePlaceNoOtherIsReached() throws IOException {
        add("permitopen=\"127.0.0.1:8000\"");
        assertEquals("", through("127.0.0.1:8001"));
        assertEquals("", through("localhost:8000"));
        assertEquals("hello", through("127.0.0.1:8000"));
    }

    @Test
    void whereItListensInOnePlaceItListensInNoOther() throws IOException {
        add("permitlisten=\"localhost:9000\"");
        assertEquals(255, listening("9001"));
        assertEquals(255, listening("*:9000"));
        assertEquals(255, listening("0"));
        assertEquals(255, listening("/tmp/listen"));
        assertEquals(0, listening("9000"));
    }

    @Test
    void withoutTheAgentThereIsNone() throws IOException {
        try (KeyAgent agent = new KeyAgent(Path.of(key()))) {
            List<String> words = agent.forwarded(command(List.of(), "echo .$SSH_AUTH_SOCK"));
            add("no-agent-forwarding");
            assertEquals(".\n", Command.run(words, new byte[0], SHORT).out());
            takeAway();
            add("");
            assertTrue(Command.run(words, new byte[0], SHORT).out().startsWith("./tmp/ssh-"));
        }
    }
}
