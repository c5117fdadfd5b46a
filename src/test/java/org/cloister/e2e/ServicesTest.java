package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Ordinary Debian software in a tenant: installed, used, and there again after a restart. One tenant for all, since the
 * packages are what takes the time; where Debian's mirror cannot be reached, skipped.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Order(20)
class ServicesTest {

    private static final Duration INSTALLATION = Duration.ofMinutes(15);

    private TenantHandle alice;
    private Instance instance;

    @BeforeAll
    void install() {
        instance = Instance.assumeRunning();
        alice = instance.tenant("alice", Map.of("plan", "medium"));
        Command.Outcome reached = run("apt-get -qq -o APT::Update::Error-Mode=any update");
        assumeTrue(reached.exit() == 0, "Debian's mirror cannot be reached from a tenant: " + reached);
        run("DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install nginx-light postgresql"
                        + " redis-server cron rsyslog gcc libc6-dev python3 nodejs tmux curl")
                .orFail();
        alice.ssh("echo '* * * * * root date >> /root/cron-was-here' > /etc/cron.d/here")
                .orFail();
    }

    @AfterAll
    void delete() {
        if (alice != null) alice.close();
    }

    /** In root's shell, with the time that an installation takes. */
    private Command.Outcome run(String command) {
        return Command.run(alice.sshCommand(List.of(), command), new byte[0], INSTALLATION);
    }

    private String out(String command) {
        return alice.ssh(command).orFail().out().strip();
    }

    /** Until the command succeeds, as after a start, whose services come one after another. */
    private String await(String command) {
        return out("for i in $(seq 160); do (" + command + ") 2>/dev/null && exit; sleep 0.5; done; " + command);
    }

    private void restart() {
        instance.change("POST", "/tenants/alice/restart", null).expect(200);
        alice.await("running");
    }

    @Test
    @Order(1)
    void aServiceIsUpAsSoonAsItIsInstalled() {
        assertTrue(await("curl -sf http://localhost/").contains("Welcome to nginx"));
        assertEquals("42", await("su postgres -c 'psql -qAtc \"select 6 * 7\"'"));
        assertEquals("UTF8", out("su postgres -c 'psql -qAtc \"show server_encoding\"'"));
        assertEquals("OK\nblue", await("redis-cli ping | grep -q PONG && redis-cli set sky blue && redis-cli get sky"));
        assertEquals("", out("pgrep -x cron >/dev/null && service rsyslog start >/dev/null"));
        await("logger -t test heard; grep -q 'test: heard' /var/log/syslog");
        int ticks = Integer.parseInt(out("sleep 3; awk '{ print $14 + $15 }' /proc/$(pgrep -x rsyslogd)/stat"));
        assertTrue(ticks < 50, "it reads the kernel's log over and over: " + ticks + " ticks of CPU time");
    }

    @Test
    @Order(1)
    void whoLogsInIsToldWhatThereIs() {
        try (Terminal terminal = new Terminal(alice.sshCommand(List.of("-t")))) {
            terminal.expect("This is a Debian of your own");
            terminal.expect("In use: disk .* of 16 GB");
            terminal.expect("root@alice:~#");
            terminal.type("limits; exit\r");
            terminal.expect("processes +\\d+ +2048");
        }
        assertFalse(out("su - -c true; true").contains("Debian of your own"), "su is no login");
    }

    @Test
    @Order(2)
    void sudoAndSuChangeTheUser() {
        out("useradd -m -s /bin/bash carol; echo 'carol ALL=(postgres) NOPASSWD: ALL' > /etc/sudoers.d/carol");
        assertEquals("carol", out("su - carol -c 'id -un'"));
        assertEquals("postgres", out("su - carol -c 'sudo -n -u postgres id -un'"));
        assertNotEquals(0, alice.ssh("su - carol -c 'sudo -n id -un'").exit(), "carol may not become root");
        assertEquals("carol", out("sudo -u carol id -un"));
    }

    @Test
    @Order(2)
    void programsAreCompiledAndInterpreted() {
        assertEquals("42", out("""
                cd /tmp && echo 'int printf(const char *, ...); int main() { printf("%d", 6 * 7); }' > a.c \
                && gcc -O2 -o a a.c && ./a"""));
        assertEquals("42", out("python3 -c 'import multiprocessing as m; print(sum(m.Pool(2).map(int, [20, 22])))'"));
        assertEquals("42", out("node -e 'fetch(\"http://localhost/\").then(a => console.log(a.ok ? 42 : a.status))'"));
    }

    @Test
    @Order(2)
    void aSessionOfTmuxOutlivesTheLogin() {
        out("tmux new-session -d -s work 'cat > /tmp/typed'");
        out("tmux send-keys -t work hello Enter C-d");
        assertEquals("hello", await("grep hello /tmp/typed"));
    }

    @Test
    @Order(3)
    void aServiceOfOnesOwnIsKeptUp() {
        out("""
                mkdir -p /etc/sv/page && printf '#!/bin/sh\\nexec python3 -m http.server -d /srv 8080\\n' > /etc/sv/page/run \
                && chmod +x /etc/sv/page/run && ln -s /etc/sv/page /etc/service/ && echo mine > /srv/index.html""");
        assertEquals("mine", await("curl -sf http://localhost:8080/"));
        String first = out("cat /etc/service/page/supervise/pid");
        out("kill -9 " + first);
        assertEquals("mine", await("curl -sf http://localhost:8080/"));
        assertNotEquals(first, out("cat /etc/service/page/supervise/pid"));
    }

    @Test
    @Order(4)
    void afterARestartServicesAreBackWithWhatTheyHeld() {
        out("su postgres -c 'psql -qc \"create table kept as select 1 as one\"'; redis-cli set kept yes");
        out("update-rc.d rsyslog disable");
        restart();
        assertTrue(await("curl -sf http://localhost/").contains("Welcome to nginx"));
        assertEquals("1", await("su postgres -c 'psql -qAtc \"select one from kept\"'"));
        assertEquals("yes", await("redis-cli get kept | grep yes"));
        assertEquals("mine", await("curl -sf http://localhost:8080/"));
        await("pgrep -x cron");
        assertNotEquals(0, alice.ssh("pgrep -x rsyslogd").exit(), "a disabled service stays down");
        String log = out("cat /var/log/postgresql/*.log");
        assertTrue(log.contains("database system was shut down at"), log);
        assertFalse(log.contains("not properly shut down"), log);
    }

    @Test
    @Order(5)
    void aCronJobFires() {
        run("for i in $(seq 200); do [ -s /root/cron-was-here ] && exit; sleep 1; done; exit 1")
                .orFail();
    }
}
