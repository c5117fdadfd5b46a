package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What people do every day by way of ssh: rsync, git, sshfs, tmux and vim, and go on after a restart of the product. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Order(230)
class SshToolsTest {

    private static final Duration LONG = Duration.ofMinutes(4);

    @TempDir
    Path directory;

    private Instance instance;
    private TenantHandle alice;

    @BeforeAll
    void install() {
        instance = Instance.assumeRunning();
        alice = instance.tenant("alice", Map.of("plan", "medium"));
        Command.Outcome reached = run("apt-get -qq -o APT::Update::Error-Mode=any update");
        assumeTrue(reached.exit() == 0, "Debian's mirror cannot be reached from a tenant: " + reached);
        run("DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install rsync git tmux vim-tiny")
                .orFail();
    }

    @AfterAll
    void delete() {
        if (alice != null) alice.close();
    }

    @Test
    void rsyncMakesATreeTheSameBothWays() throws IOException {
        Path here = Files.createDirectories(directory.resolve("here/deep"));
        Files.write(here.resolve("bytes"), new byte[3_000_000]);
        Files.writeString(here.resolve("a name with spaces, quotes ' and \n a line"), "x");
        Files.createSymbolicLink(here.resolve("link"), Path.of("bytes"));
        rsync("-a", directory.resolve("here") + "/", there("/root/tree/"));
        assertEquals("3000000", out("stat -c %s /root/tree/deep/bytes"));
        out("rm /root/tree/deep/bytes && echo more > /root/tree/deep/more");
        rsync("-a", "--delete", there("/root/tree/"), directory.resolve("here") + "/");
        assertEquals("more\n", Files.readString(here.resolve("more")));
        assertTrue(Files.notExists(here.resolve("bytes")) && Files.isSymbolicLink(here.resolve("link")));
    }

    @Test
    void gitPushesAndClones() throws IOException {
        out("git init -q --bare -b main /root/project.git");
        Path work = Files.createDirectory(directory.resolve("work"));
        String address = "ssh://alice@127.0.0.1:" + instance.sshPort() + "/root/project.git";
        git(work, "init", "-q", "-b", "main");
        Files.writeString(work.resolve("file"), "one\n".repeat(10_000));
        git(work, "add", "file");
        git(work, "-c", "user.name=alice", "-c", "user.email=alice@localhost", "commit", "-qm", "One");
        git(work, "push", "-q", address, "main");
        git(directory, "clone", "-q", address, "clone");
        assertEquals(Files.readString(work.resolve("file")), Files.readString(directory.resolve("clone/file")));
        assertNotEquals(
                0, gitIn(directory, "clone", "-q", address + "x", "none").exit());
    }

    @Test
    void sshfsMountsHerHome() throws Exception {
        assumeTrue(Command.run("which", "sshfs").exit() == 0, "sshfs is not on this machine");
        assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "this kernel has no FUSE");
        Path mount = Files.createDirectory(directory.resolve("mount"));
        List<String> words = new ArrayList<>(
                List.of("sshfs", "-p", String.valueOf(instance.sshPort()), "alice@127.0.0.1:/root", mount.toString()));
        words.addAll(alice.clientOptions().subList(2, alice.clientOptions().size()).stream()
                .map(word -> word.equals("-i") ? "-o" : word.startsWith("/") ? "IdentityFile=" + word : word)
                .toList());
        Command.run(words, new byte[0], LONG).orFail();
        try {
            Files.writeString(mount.resolve("by-sshfs"), "written");
            assertEquals("written", out("cat /root/by-sshfs"));
            out("mv /root/by-sshfs /root/moved");
            assertEquals("written", Files.readString(mount.resolve("moved")));
        } finally {
            Command.run("fusermount", "-u", mount.toString());
        }
    }

    @Test
    void vimEditsAFile() throws Exception {
        try (Terminal terminal = terminal("vi /root/poem")) {
            terminal.expect("poem\" \\[New");
            terminal.type("iwritten in vim\033");
            terminal.type(":wq\r");
            terminal.exit();
        }
        assertEquals("written in vim", out("cat /root/poem"));
    }

    /** A connection is lost with the manager, for that is TCP; what runs in tmux waits for the next. */
    @Test
    void tmuxLivesOnWhenTheManagerIsKilledAndTheDoorIsTheSame() throws Exception {
        String keyBefore = hostKey();
        Terminal first = terminal("tmux new -s work");
        first.expect("\\[work\\]");
        first.type("echo sum-$((40 + 2)); sleep 600\r");
        first.expect("sum-42");
        Process plain = new ProcessBuilder(
                        alice.sshCommand(List.of("-tt"), "trap 'touch /root/hung-up' HUP; sleep 601 & wait"))
                .start();
        Eventually.seen(
                "the other terminal's process",
                LONG,
                () -> alice.ssh("pgrep -fx 'sleep 601'").exit() == 0);
        Machine.Life manager = Machine.Life.of(Machine.pid(instance, "manager"));
        Command.run("kill", "-KILL", Long.toString(manager.pid())).orFail();
        assertTrue(plain.waitFor(30, TimeUnit.SECONDS), "the connection is gone");
        Eventually.seen(
                "the hang-up of its terminal",
                LONG,
                () -> !manager.goesOn() && alice.ssh("test -e /root/hung-up").exit() == 0);
        assertEquals(keyBefore, hostKey());
        try (Terminal second = terminal("tmux attach -t work")) {
            second.expect("sum-42");
            second.type("\u0003exit\r");
            second.expect("\\[exited\\]");
        }
        first.close();
    }

    @Test
    void aSessionGoesOnWhileTheAgentIsKilledAndStartedAgain() throws Exception {
        try (Terminal terminal = terminal("sh")) {
            terminal.type("echo before-$((1 + 1))\r");
            terminal.expect("before-2");
            Machine.Life agent = Machine.Life.of(Machine.pid(instance, "agent"));
            Command.run("kill", "-KILL", Long.toString(agent.pid())).orFail();
            terminal.type("echo meanwhile-$((2 + 2))\r");
            terminal.expect("meanwhile-4");
            Eventually.seen(
                    "another login", LONG, () -> alice.ssh("echo in").out().equals("in\n"));
            terminal.type("echo after-$((3 + 3)); exit 5\r");
            terminal.expect("after-6");
            assertEquals(5, terminal.exit());
        }
    }

    private String hostKey() {
        return Command.run("ssh-keyscan", "-p", String.valueOf(instance.sshPort()), "-t", "ed25519", "127.0.0.1")
                .orFail()
                .out();
    }

    private Terminal terminal(String command) throws IOException {
        return new Terminal(alice.sshCommand(List.of("-tt"), command));
    }

    private Command.Outcome run(String command) {
        return Command.run(alice.sshCommand(List.of(), command), new byte[0], LONG);
    }

    private String out(String command) {
        return alice.ssh(command).orFail().out().strip();
    }

    private String there(String path) {
        return "alice@127.0.0.1:" + path;
    }

    private String client() {
        return "ssh -p " + instance.sshPort() + " " + String.join(" ", alice.clientOptions());
    }

    private void rsync(String... words) {
        List<String> command = new ArrayList<>(List.of("rsync", "-e", client()));
        command.addAll(List.of(words));
        Command.run(command, new byte[0], LONG).orFail();
    }

    private void git(Path at, String... words) {
        gitIn(at, words).orFail();
    }

    private Command.Outcome gitIn(Path at, String... words) {
        List<String> command = new ArrayList<>(List.of("git", "-C", at.toString()));
        command.addAll(List.of(words));
        return Command.run(command, Map.of("GIT_SSH_COMMAND", client()), new byte[0], LONG);
    }
}
