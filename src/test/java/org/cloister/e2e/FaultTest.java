package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** What breaks in the middle of something. */
@Order(900)
class FaultTest {

    private static Instance instance;

    @BeforeAll
    static void connect() {
        instance = Instance.assumeRunning();
    }

    @Test
    void anAgentKilledInTheMiddleOfLaunchesLeavesNothingHalfMade() throws Exception {
        List<String> names = List.of("alice", "bob", "eve");
        List<TenantHandle> tenants = new ArrayList<>();
        try {
            for (String name : names) tenants.add(instance.tenant(name));
            for (int milliseconds : new int[] {0, 5, 15, 40, 90, 200}) {
                for (String name : names)
                    instance.change("POST", "/tenants/" + name + "/stop", null).expect(200);
                for (String name : names) instance.request("POST", "/tenants/" + name + "/start", null);
                TimeUnit.MILLISECONDS.sleep(milliseconds);
                Command.run("kill", "-KILL", Long.toString(Machine.pid(instance, "agent")))
                        .orFail();
                Command.run(
                                List.of(Path.of("ops/up").toAbsolutePath().toString()),
                                Map.of("CLOISTER_INSTANCE", instance.name()),
                                new byte[0],
                                Duration.ofMinutes(10))
                        .orFail();
                for (TenantHandle tenant : tenants) {
                    tenant.await(
                            shown -> shown.get("state").asText().equals("running")
                                    && tenant.ssh("true").exit() == 0,
                            "running and answering");
                }
            }
            Eventually.holds(() -> {
                assertEquals(3, inits(), "one tenant-init a tenant and no other");
                assertEquals(3, cgroups());
                assertEquals(3, viewMounts());
            });
        } finally {
            tenants.forEach(TenantHandle::close);
        }
        Eventually.holds(() -> {
            assertEquals(0, inits());
            assertEquals(0, cgroups());
            assertEquals(0, viewMounts());
        });
    }

    @Test
    void aPoolThatIsFullIsSaidAndNothingHalfMadeIsLeft() {
        try (TenantHandle eve = instance.tenant("eve", Map.of("plan", "large"));
                TenantHandle bob = instance.tenant("bob")) {
            // Data by allocation, then metadata by small files, until nothing whatever fits.
            String allocate = "i=0; for s in 4G 2G 1G 512M 256M 128M 64M 32M 16M 8M 4M 2M 1M; do for k in 1 2 3 4; do"
                    + " fallocate -l $s /root/f$i 2>/dev/null || break; i=$((i+1)); done; done; sync";
            Command.run(eve.sshCommand(List.of(), allocate), new byte[0], Duration.ofMinutes(10));
            Command.Outcome filled = Command.run(
                    eve.sshCommand(List.of(), "cd /root; head -c 900M /dev/zero | tr '\\0' x | split -b 2000 -a 6"),
                    new byte[0],
                    Duration.ofMinutes(15));
            assertTrue(filled.stderr().contains("No space left on device"), filled.toString());

            Map<String, Object> request = new HashMap<>(Map.of("name", "alice", "plan", "small", "start", true));
            request.put("sshKeys", List.of(bob.publicKey()));
            Instance.Answer refused = instance.change("POST", "/tenants", request);
            assertEquals(507, refused.status(), refused.toString());
            assertTrue(refused.json().get("detail").asText().startsWith("The pool is full: "), refused.text());
            assertEquals("in", bob.ssh("echo in").orFail().out().strip());
            JsonNode alice = instance.get("/tenants/alice").json();
            if (alice.has("id"))
                assertFalse(Files.exists(instance.home()
                        .resolve("pool/tenants")
                        .resolve(alice.get("id").asText())));
        }
        // Room comes when the kernel's cleaner has come by.
        Eventually.holds(Instance.PATIENCE, () -> {
            long room = instance.get("/host")
                    .expect(200)
                    .json()
                    .get("poolFreeBytes")
                    .asLong();
            assertTrue(room > 1L << 30, room + " bytes are free");
        });
        // With room again the same name is onboarded as if nothing had been.
        try (TenantHandle alice = instance.tenant("alice")) {
            assertEquals("in", alice.ssh("echo in").orFail().out().strip());
        }
    }

    @Test
    void aTemplateThatCannotBeFetchedFailsInOneSentenceAndLeavesNothing() {
        Instance.Answer failed = instance.change("POST", "/templates", Map.of("suite", "nosuchsuite"));
        assertTrue(failed.status() >= 400, failed.toString());
        assertTrue(failed.json().get("detail").asText().contains("nosuchsuite"), failed.text());
        assertFalse(Files.exists(instance.home().resolve("pool/templates/nosuchsuite.new")));
        assertFalse(Files.exists(instance.home().resolve("pool/templates/nosuchsuite")));
    }

    /** Processes of tenant-init in this instance's cgroups. */
    private static long inits() {
        return Command.run(
                        "sh",
                        "-c",
                        "for p in $(find /sys/fs/cgroup -path '*/" + instance.name()
                                + "/ct*/init.scope/cgroup.procs' -exec cat {} + | sort -u); do tr -d '\\0' < /proc/$p/cmdline; echo; done")
                .orFail()
                .out()
                .lines()
                .filter("tenant-init"::equals)
                .count();
    }

    /** What tenants see of their machine lies on a mount of the host's for each. */
    private static long viewMounts() {
        return Command.run("awk", "{ print $5 }", "/proc/self/mountinfo")
                .orFail()
                .out()
                .lines()
                .filter(mount -> mount.startsWith(instance.run() + "/tenants/"))
                .count();
    }

    private static long cgroups() {
        return Command.run(
                        "sh",
                        "-c",
                        "find /sys/fs/cgroup -type d -path '*/" + instance.name()
                                + "/ct*' -name 'ct*' -printf '%f\\n' | sort -u")
                .orFail()
                .out()
                .lines()
                .count();
    }
}
