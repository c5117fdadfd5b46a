package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
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

/** What people do every day by way of ssh: rsync, git, sshfs, tmux, vim, jumps and editors, and go on after a restart of the product. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Order(230)
class SshToolsTest {

    private static final Duration LONG = Duration.ofMinutes(10);

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
        run("DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install"
                        + " rsync git tmux vim-tiny openssh-server")
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
        assertTrue(plain.waitFor(60, TimeUnit.SECONDS), "the connection is gone");
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

    /** Behind the jump lies her own loopback: her server is there, and the gateway, which is on the machine's, is not. */
    @Test
    void aJumpThroughHerLeadsToTheServerOnHerOwnLoopbackAlone() throws IOException {
        alice.ssh((alice.publicKey() + "\n").getBytes(), "umask 77; mkdir -p .ssh; cat > .ssh/authorized_keys")
                .orFail();
        out("mkdir -p /run/sshd; /usr/sbin/sshd -o ListenAddress=127.0.0.1 -o Port=2022 </dev/null >/dev/null 2>&1");
        Eventually.holds(
                () -> alice.ssh("bash -c ': </dev/tcp/127.0.0.1/2022'").orFail()); // it leaves before it listens
        Path config = directory.resolve("config");
        Files.writeString(
                config,
                String.join(
                        "\n",
                        "Host *",
                        "  IdentityFile " + alice.keyFile(),
                        "  IdentitiesOnly yes",
                        "  IdentityAgent none",
                        "  BatchMode yes",
                        "  StrictHostKeyChecking accept-new",
                        "  UserKnownHostsFile " + directory.resolve("known"),
                        "Host inner",
                        "  HostName localhost",
                        "  User root",
                        "  ProxyJump alice@127.0.0.1:" + instance.sshPort(),
                        ""));
        assertEquals(255, jump(config, instance.sshPort(), "true").exit());
        assertEquals(255, jump(config, 2023, "true").exit());
        Command.Outcome there = jump(config, 2022, "hostname; echo $SSH_CONNECTION; exit 7");
        assertEquals(7, there.exit(), there.toString());
        assertTrue(there.out().matches("alice\n127\\.0\\.0\\.1 \\d+ 127\\.0\\.0\\.1 2022\n"), there.toString());
    }

    private static Command.Outcome jump(Path config, int port, String command) {
        return Command.run(
                List.of("ssh", "-F", config.toString(), "-p", String.valueOf(port), "inner", command),
                new byte[0],
                LONG);
    }

    /**
     * As VS Code's Remote-SSH works: a shell that is fed a script starts the server, or finds it, and says where it
     * listens; the editor reaches it through the same connection's -D, and copies files beside it.
     */
    @Test
    void aRemoteEditorsServerOutlivesItsConnectionAndIsFoundAgain() throws Exception {
        alice.ssh(
                        String.join(
                                        "\n",
                                        "use IO::Socket::IP;",
                                        "my $l = IO::Socket::IP->new(LocalHost => '127.0.0.1', LocalPort => 0, Listen => 9) or die;",
                                        "open my $f, '>', 'port.new'; print $f $l->sockport; close $f; rename 'port.new', 'port';",
                                        "while (my $c = $l->accept) {",
                                        "    my ($path) = (split ' ', <$c>)[1];",
                                        "    while (<$c>) { last if /^\\r?$/ }",
                                        "    print $c \"HTTP/1.0 200 OK\\r\\n\\r\\n\", $path eq '/big' ? 'x' x 5_000_000 : ++$n . \" of $$\";",
                                        "    close $c",
                                        "}")
                                .getBytes(),
                        "mkdir -p .remote-server; cat > .remote-server/server.pl")
                .orFail();
        Path file = Files.write(directory.resolve("copied"), new byte[5_000_000]);
        String pid;
        try (Editor editor = new Editor()) {
            pid = editor.serverPid;
            assertEquals("1 of " + pid, editor.get("/"));
            Process big = editor.curl("/big").start();
            Command.run(sftp(), ("put " + file + " copied\nget copied " + file + "-back\n").getBytes(), LONG)
                    .orFail();
            assertEquals(5_000_000, big.getInputStream().readAllBytes().length);
            assertEquals(-1, Files.mismatch(file, Path.of(file + "-back")));
            assertEquals("2 of " + pid, editor.get("/"));
        }
        try (Editor again = new Editor()) {
            assertEquals(pid, again.serverPid);
            assertEquals("3 of " + pid, again.get("/"));
        }
    }

    private List<String> sftp() {
        List<String> words = new ArrayList<>(List.of("sftp", "-q", "-P", String.valueOf(instance.sshPort())));
        words.addAll(alice.clientOptions());
        words.addAll(List.of("-b", "-", "alice@127.0.0.1"));
        return words;
    }

    /** The editor's side. Closing it is the loss of its connection. */
    private final class Editor implements AutoCloseable {

        private final int socks;
        private final Process ssh;
        private final String serverPid;
        private final String serverPort;

        Editor() throws IOException {
            try (ServerSocket free = new ServerSocket(0)) {
                socks = free.getLocalPort();
            }
            ssh = new ProcessBuilder(alice.sshCommand(List.of("-T", "-D", String.valueOf(socks)), "bash"))
                    .redirectErrorStream(true)
                    .start();
            ssh.getOutputStream()
                    .write(String.join(
                                    "\n",
                                    "cd ~/.remote-server",
                                    "if ! kill -0 $(cat pid 2>/dev/null) 2>/dev/null; then",
                                    "    rm -f port; nohup perl server.pl >log 2>&1 </dev/null & echo $! >pid",
                                    "fi",
                                    "while ! [ -s port ]; do sleep 0.1; done",
                                    "echo listeningOn==$(cat port)==$(cat pid)==",
                                    "")
                            .getBytes());
            ssh.getOutputStream().flush(); // and it stays open
            String[] said = ssh.inputReader().readLine().split("==");
            assertEquals("listeningOn", said[0]);
            serverPort = said[1];
            serverPid = said[2];
        }

        ProcessBuilder curl(String path) {
            return new ProcessBuilder(
                    "curl", "-sS", "-x", "socks5h://127.0.0.1:" + socks, "http://localhost:" + serverPort + path);
        }

        String get(String path) {
            return Command.run(curl(path).command(), new byte[0], LONG).orFail().out();
        }

        @Override
        public void close() {
            ssh.destroyForcibly();
        }
    }

    private String hostKey() {
        String port = String.valueOf(instance.sshPort());
        String key = Command.run("ssh-keyscan", "-T", "60", "-p", port, "-t", "ed25519", "127.0.0.1")
                .orFail()
                .out();
        assertTrue(!key.isBlank(), "no key was told");
        return key;
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
