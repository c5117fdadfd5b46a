package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two scripts by which a tenant's services come up and go down are the tenant's own: nothing may rest on them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServiceScriptsTest {

    /**
     * What a hostile root file system is allowed to take, when it is asked to end and does not: ten seconds, and what the
     * machine needs for the rest. Its scripts would take a minute at least.
     */
    private static final Duration LONGEST_STOP = Duration.ofSeconds(40);

    private static final Duration LONGEST_START = Duration.ofSeconds(30);

    private Instance instance;
    private TenantHandle eve;

    @BeforeAll
    void onboard() {
        instance = Instance.assumeRunning();
        eve = instance.tenant("eve", Map.of("plan", "small"));
    }

    @AfterAll
    void delete() {
        if (eve != null) eve.close();
    }

    private Duration change(String action, String state) {
        long began = System.nanoTime();
        instance.change("POST", "/tenants/eve/" + action, null).expect(200);
        eve.await(state);
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private void script(String name, String text) {
        eve.ssh("rm -rf /etc/cloister/" + name + "; printf '%s\\n' '#!/bin/sh' '" + text + "' > /etc/cloister/" + name
                        + "; chmod +x /etc/cloister/" + name)
                .orFail();
    }

    private static void assertShorter(Duration most, Duration took) {
        assertTrue(took.compareTo(most) < 0, "took " + took);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "while :; do sleep 1; done",
                "yes flood",
                "bomb() { bomb | bomb & }; bomb",
                "kill -9 -1",
                "exec /nowhere",
            })
    void aTenantStartsAndIsServedWhateverItsStartScriptDoes(String text) {
        script("stop", "exit 0");
        script("start", text);
        change("stop", "stopped");
        assertShorter(LONGEST_START, change("start", "running"));
        assertEquals("eve", eve.ssh("hostname").orFail().out().strip());
        eve.ssh("kill -9 -1"); // the next one meets a quiet tenant
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rm -rf /etc/cloister",
                "rm /etc/cloister/start; mkdir /etc/cloister/start",
                "rm /etc/cloister/start; mkfifo /etc/cloister/start; chmod +x /etc/cloister/start",
                "rm /etc/cloister/start; ln -s ../../../../../../bin/sh /etc/cloister/start",
                "mv /etc/cloister /etc/c; ln -s /dev/full /etc/cloister",
            })
    void aTenantStartsAndIsServedWhateverStandsForItsStartScript(String spoil) {
        eve.ssh("mkdir -p /etc/cloister; touch /etc/cloister/start; " + spoil).orFail();
        assertShorter(LONGEST_STOP, change("stop", "stopped"));
        assertShorter(LONGEST_START, change("start", "running"));
        assertEquals("eve", eve.ssh("hostname").orFail().out().strip());
        eve.ssh("rm -rf /etc/cloister; mkdir /etc/cloister").orFail();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "while :; do sleep 1; done",
                "yes flood",
                "bomb() { bomb | bomb & }; bomb; sleep 60",
                "kill -s STOP -- -1; sleep 60"
            })
    void aTenantThatWillNotEndIsKilled(String text) {
        script("start", "exit 0");
        script("stop", text);
        assertShorter(LONGEST_STOP, change("stop", "stopped"));
        change("start", "running");
        script("stop", "exit 0");
    }

    @Test
    void programsAreAskedToEndBeforeTheyAreKilled() {
        script("start", "exit 0");
        script("stop", "kill -s TERM -- -1; until [ -s /root/asked ]; do sleep 0.1; done");
        eve.ssh("sh -c 'trap \"echo asked > /root/asked; exit\" TERM; touch /root/set; while :; do sleep 0.1; done'"
                        + " >/dev/null 2>&1 & until [ -e /root/set ]; do sleep 0.1; done")
                .orFail();
        change("restart", "running");
        assertEquals("asked", eve.ssh("cat /root/asked").orFail().out().strip());
    }

    @Test
    void aFrozenTenantIsKilledWithoutBeingAsked() {
        script("start", "exit 0");
        script("stop", "touch /root/once-more");
        change("freeze", "frozen");
        assertShorter(LONGEST_STOP, change("stop", "stopped"));
        change("start", "running");
        assertTrue(eve.ssh("test -e /root/once-more").exit() != 0, "it ran once more");
    }
}
