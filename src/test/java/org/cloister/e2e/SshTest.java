package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.io.TempDir;

/** What OpenSSH's client sees of the gateway: who is not let in first, then what whoever is can do. */
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
class SshTest {

    private static final Duration SHORT = Command.LONG;
    private static final int MEBIBYTE = 1 << 20;

    private static Instance instance;
    private static TenantHandle alice;

    @TempDir
    static Path directory;

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        alice = instance.tenant("alice");
        Command.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file("stranger"))
                .orFail();
    }

    @AfterAll
    static void leave() {
        if (alice != null) alice.close();
    }

    private static String file(String name) {
        return directory.resolve(name).toString();
    }

    /** The real client as anybody. */
    private static Command.Outcome login(String name, String key, String... options) {
        List<String> words = new ArrayList<>(List.of("ssh", "-p", String.valueOf(instance.sshPort())));
        words.addAll(List.of(options));
        words.addAll(alice.clientOptions());
        words.set(words.indexOf("-i") + 1, key);
        words.addAll(List.of("-l", name, "127.0.0.1", "true"));
        return Command.run(words, new byte[0], SHORT);
    }

    /** The same words whoever it was; ssh puts the name before them. */
    private static void assertDenied(Command.Outcome outcome) {
        assertTrue(outcome.stderr().strip().endsWith("@127.0.0.1: Permission denied (publickey)."), outcome.toString());
        assertEquals(1, outcome.stderr().lines().count(), outcome.toString());
        assertEquals(255, outcome.exit());
    }

    @Nested
    @Order(1)
    class IsDenied {

        @Test
        void aKeyThatIsNotTheTenants() {
            assertDenied(login("alice", file("stranger")));
        }

        @Test
        void theRightKeyUnderAnUnknownName() {
            assertDenied(login("nobody-here", alice.keyFile().toString()));
        }

        @Test
        void theRightKeyUnderANameThatIsNone() {
            for (String name : List.of("Alice", "../alice", "alice+", "alice+../root", "älice", "root"))
                assertDenied(login(name, alice.keyFile().toString()));
        }

        @Test
        void aVeryLongName() {
            // ssh cuts its message off after a thousand characters of the name, before the denial.
            Command.Outcome outcome =
                    login("a".repeat(64 * 1024), alice.keyFile().toString());
            assertEquals(255, outcome.exit());
            assertTrue(outcome.stderr().startsWith("aaaa"), outcome.toString());
            alice.ssh("true").orFail();
        }

        @Test
        void aPassword() {
            assertDenied(login(
                    "alice",
                    alice.keyFile().toString(),
                    "-o",
                    "PubkeyAuthentication=no",
                    "-o",
                    "PreferredAuthentications=password,keyboard-interactive,hostbased,none"));
        }

        @Test
        void aStrangersKeyForAStoppedTenantAsForAnUnknownOne() {
            try (TenantHandle eve = instance.tenant("eve", Map.of("start", false))) {
                assertDenied(login("eve", file("stranger")));
                Command.Outcome owner = eve.ssh("true");
                assertEquals(255, owner.exit());
                assertEquals(
                        "eve is stopped; ask the administrator to start it.",
                        owner.stderr().strip());
            }
        }

        @Test
        void anotherTenantsKey() {
            try (TenantHandle bob = instance.tenant("bob")) {
                assertDenied(login("alice", bob.keyFile().toString()));
                assertDenied(login("bob", alice.keyFile().toString()));
                assertEquals(0, bob.ssh("true").exit());
            }
        }

        @Test
        void tunnelsAndX11() {
            Command.Outcome tunnel = Command.run(
                    alice.sshCommand(List.of("-o", "ExitOnForwardFailure=yes", "-w", "any"), "true"),
                    new byte[0],
                    SHORT);
            assertEquals(255, tunnel.exit(), tunnel.toString());
            List<String> words = alice.sshCommand(List.of("-X"), "echo $DISPLAY");
            Command.Outcome x11 = Command.run(words, Map.of("DISPLAY", "127.0.0.1:99"), new byte[0], SHORT);
            assertEquals("\n", x11.out());
        }
    }

    @Nested
    @Order(2)
    class ACommand {

        @Test
        void givesItsExitStatus() {
            assertEquals(0, alice.ssh("true").exit());
            assertEquals(7, alice.ssh("exit 7").exit());
            assertEquals(127, alice.ssh("no-such-program").exit());
            assertEquals(255, alice.ssh("kill -TERM $$").exit()); // as ssh answers an exit by signal
        }

        @Test
        void keepsOutputAndErrorApart() {
            Command.Outcome outcome = alice.ssh("echo out; echo err >&2");
            assertEquals("out\n", outcome.out());
            assertEquals("err\n", outcome.stderr());
        }

        @Test
        void isEightBitCleanBothWays() {
            byte[] random = new byte[MEBIBYTE];
            new Random(1).nextBytes(random);
            assertArrayEquals(random, alice.ssh(random, "cat").orFail().stdout());
            assertEquals(
                    alice.ssh(random, "sha256sum").orFail().out(),
                    Command.run(List.of("sha256sum"), random, SHORT).orFail().out());
        }

        @Test
        void readsToTheEndOfItsInputAndAnswersAfterIt() {
            assertEquals("5\n", alice.ssh("12345".getBytes(), "wc -c").orFail().out());
        }

        /** F_GETPIPE_SZ is 1032. */
        @Test
        void hasPipesThatHoldSeveralPackets() {
            String sizes = "foreach (*STDIN, *STDOUT, *STDERR) { printf \"%d \", fcntl($_, 1032, 0) >> 10 }";
            assertEquals(
                    "256 256 64 ", alice.ssh("perl -e '" + sizes + "'").orFail().out());
        }

        @Test
        void mayLeaveItsInputUnread() {
            assertEquals(
                    "3\n",
                    alice.ssh(new byte[8 * MEBIBYTE], "head -c 3 | wc -c")
                            .orFail()
                            .out());
        }

        @Test
        void endsWhenNobodyReadsItsOutput() throws Exception {
            Process endless = new ProcessBuilder(alice.sshCommand(List.of(), "yes")).start();
            try {
                assertEquals('y', endless.getInputStream().read());
                endless.getInputStream().close();
                assertTrue(endless.waitFor(60, TimeUnit.SECONDS));
            } finally {
                endless.destroy();
            }
        }

        @Test
        void runsInTheTenantAsItsRoot() {
            assertEquals(
                    "alice root\n",
                    alice.ssh("echo $(hostname) $(id -un)").orFail().out());
            assertEquals("not a tty\n", alice.ssh("tty").out());
        }

        @Test
        void runsAsTheUserBehindThePlus() {
            List<String> words = new ArrayList<>(alice.sshCommand(List.of(), "echo $(id -un) $PWD"));
            alice.ssh("id -u worker 2>&1 || useradd -m -s /bin/sh worker").orFail();
            words.set(words.indexOf("alice@127.0.0.1"), "alice+worker@127.0.0.1");
            assertEquals(
                    "worker /home/worker\n",
                    Command.run(words, new byte[0], SHORT).out());
        }

        @Test
        void seesLanguageAndConnectionAndNoOtherVariable() {
            List<String> words = alice.sshCommand(
                    List.of("-o", "SendEnv=LC_TELEPHONE BASH_ENV"), "echo $LC_TELEPHONE/$BASH_ENV/$SSH_CONNECTION");
            Command.Outcome outcome = Command.run(
                    words, Map.of("LC_TELEPHONE", "de_DE.UTF-8", "BASH_ENV", "/etc/passwd"), new byte[0], SHORT);
            assertTrue(
                    outcome.out()
                            .matches(
                                    "de_DE\\.UTF-8//127\\.0\\.0\\.1 \\d+ 127\\.0\\.0\\.1 " + instance.sshPort() + "\n"),
                    outcome.toString());
        }
    }

    @Nested
    @Order(3)
    class ATerminal {

        private Terminal shell() {
            Terminal terminal = new Terminal(alice.sshCommand(List.of("-tt")));
            terminal.type("PS1='re''ady> '; bind 'set enable-bracketed-paste off'\r");
            terminal.expect("ready> ");
            return terminal;
        }

        @Test
        void isARealOne() {
            try (Terminal terminal = shell()) {
                terminal.type("tty\r");
                terminal.expect("/dev/pts/\\d+\r\n");
                terminal.type("exit 3\r");
                assertEquals(3, terminal.exit());
            }
        }

        @Test
        void hasTheSizeOfTheWindowAndFollowsIt() {
            try (Terminal terminal = shell()) {
                terminal.type("stty size\r");
                terminal.expect("\n24 80\r\n");
                terminal.type("trap 'stty size' WINCH\r");
                terminal.expect("ready> ");
                terminal.resize(123, 45);
                terminal.type("until [ \"$(stty size)\" = '45 123' ]; do sleep 0.1; done; stty size\r");
                terminal.expect("\n45 123\r\n");
            }
        }

        @Test
        void ctrlCEndsTheForegroundAlone() {
            try (Terminal terminal = shell()) {
                terminal.type("sleep 1000 & echo BG=$!\r");
                String background = terminal.expect("BG=(\\d+)\r\n").group(1);
                terminal.type("sh -c 'echo on; exec sleep 2000'\r");
                terminal.expect("\non\r\n");
                terminal.type("\3");
                terminal.expect("ready> ");
                terminal.type("echo ended=$?; kill -0 " + background + " && echo still-there\r");
                terminal.expect("ended=130");
                terminal.expect("\nstill-there");
                terminal.type("kill %1; exit\r");
                terminal.exit();
            }
        }

        @Test
        void stopsAndContinuesJobs() {
            try (Terminal terminal = shell()) {
                terminal.type("sh -c 'echo on; exec sleep 1000'\r");
                terminal.expect("\non\r\n");
                terminal.type("\32");
                terminal.expect("Stopped");
                terminal.type("bg; jobs\r");
                terminal.expect("Running");
                terminal.type("kill %1; wait; exit\r");
                terminal.exit();
            }
        }

        @Test
        void leavesThoughABackgroundProcessHoldsIt() {
            try (Terminal terminal = shell()) {
                terminal.type("sleep 1000 & disown; exit 0\r");
                assertEquals(0, terminal.exit());
            }
        }

        @Test
        void hangsUpWhenTheClientIsGone() throws Exception {
            alice.ssh("rm -f /tmp/hung-up").orFail();
            Terminal terminal = shell();
            // Not the interactive shell's own trap: bash may leave at the failing read before it comes to it.
            terminal.type("sh -c 'trap \"touch /tmp/hung-up\" HUP; echo set; sleep 1000 & wait'\r");
            terminal.expect("\nset\r\n");
            terminal.close();
            Eventually.holds(() -> alice.ssh("test -e /tmp/hung-up").orFail());
        }
    }

    @Nested
    @Order(4)
    class AConnection {

        /** A client that shares a connection closes its channel when the output ends, before it knows the status. */
        @Test
        void tellsTheExitStatusOfWhatOutlivesItsOutput() throws Exception {
            try (Shared connection = new Shared()) {
                for (int i = 1; i <= 20; i++)
                    assertEquals(i, connection.start("exit " + i).waitFor());
                assertEquals(
                        77, connection.start("exec >&- 2>&-; sleep 1; exit 77").waitFor());
            }
        }

        @Test
        void carriesSeveralSessionsAtOnce() throws Exception {
            try (Shared connection = new Shared()) {
                List<Process> sessions = new ArrayList<>();
                for (int i = 1; i <= 5; i++) sessions.add(connection.start("sleep 1; exit " + i));
                for (int i = 1; i <= 5; i++) {
                    assertTrue(sessions.get(i - 1).waitFor(60, TimeUnit.SECONDS));
                    assertEquals(i, sessions.get(i - 1).exitValue());
                }
            }
        }

        /** OpenSSH's ControlMaster. */
        private static final class Shared implements AutoCloseable {

            private final List<String> path = List.of("-o", "ControlPath=" + file("control"));

            Shared() throws Exception {
                List<String> start = new ArrayList<>(path);
                start.addAll(List.of("-o", "ControlMaster=yes", "-fN"));
                Process background = new ProcessBuilder(alice.sshCommand(start))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                assertTrue(background.waitFor(60, TimeUnit.SECONDS));
            }

            Process start(String command) throws IOException {
                return new ProcessBuilder(alice.sshCommand(path, command))
                        .redirectInput(new java.io.File("/dev/null"))
                        .start();
            }

            @Override
            public void close() {
                List<String> end = new ArrayList<>(path);
                end.addAll(List.of("-O", "exit"));
                Command.run(alice.sshCommand(end), new byte[0], SHORT);
            }
        }

        @Test
        void copiesFilesBySftpAndBothKindsOfScp() throws IOException {
            byte[] random = new byte[MEBIBYTE];
            new Random(2).nextBytes(random);
            Files.write(directory.resolve("up"), random);
            for (String protocol : List.of("-s", "-O")) {
                copy("scp", protocol, file("up"), "alice@127.0.0.1:/root/copied" + protocol);
                copy("scp", protocol, "alice@127.0.0.1:/root/copied" + protocol, file("down" + protocol));
                assertArrayEquals(random, Files.readAllBytes(directory.resolve("down" + protocol)));
            }
            Files.writeString(
                    directory.resolve("batch"),
                    "put " + file("up") + " /root/put\nget /root/put " + file("got") + "\n");
            copy("sftp", "-b", file("batch"), "alice@127.0.0.1");
            assertArrayEquals(random, Files.readAllBytes(directory.resolve("got")));
            assertEquals("root\n", alice.ssh("stat -c %U /root/put").orFail().out());
        }

        private void copy(String program, String... words) {
            List<String> command = new ArrayList<>(List.of(program, "-P", String.valueOf(instance.sshPort())));
            command.addAll(alice.clientOptions());
            command.addAll(List.of(words));
            Command.run(command, new byte[0], SHORT).orFail();
        }

        @Test
        void endsWithinASecondWhenItsKeyIsTakenAway() throws Exception {
            Quickest.isBelow(1_000, this::endsWhenItsKeyIsTakenAway);
        }

        private long endsWhenItsKeyIsTakenAway() throws Exception {
            String stranger =
                    Files.readString(directory.resolve("stranger.pub")).strip();
            instance.request("POST", "/tenants/alice/keys", Map.of("sshKeys", List.of(stranger)))
                    .expect(201);
            String fingerprint = Command.run("ssh-keygen", "-lf", file("stranger.pub"))
                    .orFail()
                    .out()
                    .split(" ")[1];
            List<String> words = new ArrayList<>(alice.sshCommand(List.of(), "echo in; sleep 1000"));
            words.set(words.indexOf("-i") + 1, file("stranger"));
            Process session =
                    new ProcessBuilder(words).redirectErrorStream(true).start();
            Process other = new ProcessBuilder(alice.sshCommand(List.of(), "echo in; sleep 1000")).start();
            try {
                assertEquals('i', session.getInputStream().read());
                assertEquals('i', other.getInputStream().read());
                instance.request("DELETE", "/tenants/alice/keys/" + fingerprint, null)
                        .expect(204);
                long removed = System.nanoTime();
                assertTrue(session.waitFor(60, TimeUnit.SECONDS));
                long milliseconds = (System.nanoTime() - removed) / 1_000_000;
                assertEquals(255, session.exitValue());
                assertTrue(other.isAlive(), "the other key's session goes on");
                assertDenied(login("alice", file("stranger")));
                return milliseconds;
            } finally {
                session.destroy();
                other.destroy();
            }
        }

        @Test
        void isWrittenDownAsAnEvent() throws Exception {
            alice.ssh("true").orFail();
            String fingerprint = Command.run("ssh-keygen", "-lf", alice.keyFile() + ".pub")
                    .orFail()
                    .out()
                    .split(" ")[1];
            Eventually.holds(() -> {
                String events = instance.get("/events?tenant=alice&limit=1000").text();
                assertTrue(
                        events.contains("ssh.login") && events.contains(fingerprint) && events.contains("ssh.logout"));
            });
        }

        @Test
        void thatSaysNothingIsClosedAfterTwentySeconds() throws Exception {
            try (var silent = new java.net.Socket("127.0.0.1", instance.sshPort())) {
                silent.setSoTimeout(90_000);
                long start = System.nanoTime();
                silent.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
                long seconds = (System.nanoTime() - start) / 1_000_000_000;
                assertTrue(seconds >= 15 && seconds <= 60, seconds + " s");
            }
        }
    }
}
