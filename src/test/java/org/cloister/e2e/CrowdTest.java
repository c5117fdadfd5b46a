package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** A tenant crowded with what is its own. */
@Order(330)
class CrowdTest {

    private static Instance instance;

    @BeforeAll
    static void connect() {
        instance = Instance.assumeRunning();
    }

    /** A list that is cut short says so: its header counts what there is. */
    @Test
    void aForkBombIsLookedAtInTimeAndItsCountIsTold() throws Exception {
        try (TenantHandle eve = instance.tenant("eve")) {
            instance.limit("eve", Map.of("pids", 3000));
            Eventually.holds(() -> {
                Instance.Answer quiet = look();
                assertEquals(count(quiet), quiet.json().size(), "a quiet tenant is shown whole");
            });
            Process bomb = new ProcessBuilder(eve.sshCommand(List.of(), "bash -c ':(){ :|:& };:'; sleep 600")).start();
            try {
                Eventually.seen("a bomb that goes off", Instance.PATIENCE, () -> count(look()) >= 300);
                long worst = 0;
                String shown = "";
                for (int i = 0; i < 5; i++) {
                    long began = System.nanoTime();
                    Instance.Answer seen = look();
                    worst = Math.max(worst, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
                    assertTrue(seen.json().size() > 100, "only " + seen.json().size() + " of " + count(seen));
                    long whole = StreamSupport.stream(seen.json().spliterator(), false)
                            .filter(process -> process.get("command").asText().contains(" "))
                            .count();
                    shown += " " + seen.json().size() + " of " + count(seen) + ", " + whole
                            + " with their command lines;";
                }
                System.out.println("processes under a fork bomb:" + shown + " the slowest look took " + worst + " ms");
                assertTrue(worst < 30_000, "a look took " + worst + " ms");
                assertTrue(instance.get("/tenants/eve/namespaces")
                                .expect(200)
                                .json()
                                .get("initPid")
                                .asInt()
                        > 0);
            } finally {
                bomb.destroyForcibly();
            }
        }
    }

    @Test
    void whereAllTerminalsAreInUseALoginWithOneIsRefusedAndOneWithoutWorks() throws Exception {
        try (TenantHandle eve = instance.tenant("eve")) {
            Process hoard = new ProcessBuilder(eve.sshCommand(
                            List.of(),
                            "perl -e '$| = 1; while (open(my $tty, \"+<\", \"/dev/ptmx\")) { push @all, $tty }"
                                    + " print scalar(@all) . \"\\n\"; sleep 600'"))
                    .start();
            try (var out = hoard.inputReader()) {
                assertTrue(Integer.parseInt(out.readLine()) > 10);
                Command.Outcome refused =
                        Command.run(eve.sshCommand(List.of("-tt"), "echo in"), new byte[0], Command.LONG);
                assertTrue(
                        (refused.out() + refused.stderr()).contains("eve has no room for another session"),
                        refused.toString());
                assertEquals("in\n", eve.ssh("echo in").out());
            } finally {
                hoard.destroyForcibly();
            }
        }
    }

    private static Instance.Answer look() {
        return instance.get("/tenants/eve/processes").expect(200);
    }

    private static int count(Instance.Answer seen) {
        return Integer.parseInt(seen.headers().firstValue("Cloister-Processes").orElseThrow());
    }
}
