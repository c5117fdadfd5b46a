package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Somebody with root on the machine breaks one property of a running system by hand; the next audit says which. It says so
 * of nothing when nothing is broken, whatever the tenants do.
 */
@Order(340)
class FactsTest {

    private static Instance instance;
    private static TenantHandle alice;
    private static TenantHandle eve;
    private static final Map<String, String> WORDS = new HashMap<>();

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        alice = instance.tenant("alice");
        eve = instance.tenant("eve");
        WORDS.put("INSTANCE", instance.name());
        WORDS.put("HOME", instance.home().toString());
        WORDS.put("RUN", instance.run().toString());
        for (String script : List.of("bind-host", "devpts"))
            WORDS.put(
                    script.replace("-host", "").toUpperCase(java.util.Locale.ROOT),
                    Path.of("src/test/resources/org/cloister/e2e", script + ".py")
                            .toAbsolutePath()
                            .toString());
        for (TenantHandle tenant : List.of(alice, eve)) {
            String name = tenant.name().toUpperCase(java.util.Locale.ROOT);
            JsonNode shown = tenant.show();
            WORDS.put(name, pid(tenant));
            WORDS.put(name + "_ID", shown.get("id").asText());
            WORDS.put(name + "_SLOT", shown.get("slot").asText());
            WORDS.put(name + "_UID", shown.at("/uidRange/first").asText());
            WORDS.put(name + "_ADDRESS", shown.get("address4").asText());
            WORDS.put(name + "_CGROUP", cgroup(tenant));
        }
    }

    @AfterAll
    static void nothingIsFoundOnceAllIsMended() {
        try {
            if (eve != null) assertEquals("[]", audit().get("findings").toString());
        } finally {
            leave();
        }
    }

    private static void leave() {
        if (alice != null) alice.close();
        if (eve != null) eve.close();
    }

    /**
     * @param tenant whom the report must name
     * @param check what must be among the words that say what was looked at
     * @param breaks a script of bash(1), {@code mends} as well
     */
    record Sabotage(String what, String tenant, String fact, String check, String breaks, String mends) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static final String END =
            "pkill -KILL -f '^sleep 98761$' || true; while pgrep -f '^sleep 98761$'; do sleep 0.1; done";

    static Stream<Sabotage> sabotages() {
        return Stream.of(
                new Sabotage(
                        "a directory of the host's is mounted in a tenant",
                        "eve",
                        "mounts",
                        "mount at /mnt",
                        "python3 $BIND $EVE /etc /mnt",
                        "nsenter -t $EVE -m -p umount /mnt"),
                new Sabotage(
                        "a mask is taken off",
                        "eve",
                        "mounts",
                        "mount at /proc/kallsyms",
                        "nsenter -t $EVE -m -p umount /proc/kallsyms",
                        "eve restart"),
                new Sabotage(
                        "what is mounted in a tenant is passed on",
                        "eve",
                        "mounts",
                        "propagation of /tmp",
                        "nsenter -t $EVE -m -p mount --make-shared /tmp",
                        "nsenter -t $EVE -m -p mount --make-private /tmp"),
                new Sabotage(
                        "/proc/sys can be written",
                        "eve",
                        "mounts",
                        "mount at /proc/sys",
                        "nsenter -t $EVE -m -p mount -o remount,bind,rw,nosuid,nodev,noexec /proc/sys",
                        "nsenter -t $EVE -m -p mount -o remount,bind,ro,nosuid,nodev,noexec /proc/sys"),
                new Sabotage(
                        "a process in a tenant holds a directory of the host's open",
                        "eve",
                        "descriptors",
                        "descriptor 9 of process",
                        "nsenter --all -t $EVE sleep 98761 9</etc & until pgrep -f '^sleep 98761$'; do sleep 0.1; done",
                        END),
                new Sabotage(
                        "a process in a tenant holds another's namespace open",
                        "eve",
                        "descriptors",
                        "descriptor 9 of process",
                        "nsenter --all -t $EVE sleep 98761 9</proc/$ALICE/ns/net & until pgrep -f '^sleep 98761$'; do sleep 0.1; done",
                        END),
                new Sabotage(
                        "a process of a tenant's lives in another's network",
                        "eve",
                        "namespaces",
                        "net namespace of process",
                        "nsenter -t $EVE -m -p -i -u -C -U --net=/proc/$ALICE/ns/net sleep 98761 & until pgrep -f '^sleep 98761$'; do sleep 0.1; done",
                        END),
                new Sabotage(
                        "a process in a tenant has no filter",
                        "eve",
                        "confinement",
                        "system call filter of process",
                        "nsenter --all -t $EVE sleep 98761 & until pgrep -f '^sleep 98761$'; do sleep 0.1; done",
                        END),
                new Sabotage(
                        "a process in a tenant holds every capability",
                        "eve",
                        "confinement",
                        "CapBnd of process",
                        "nsenter --all -t $EVE sleep 98761 & until pgrep -f '^sleep 98761$'; do sleep 0.1; done",
                        END),
                new Sabotage(
                        "a process of a tenant's is moved out of its cgroup",
                        "eve",
                        "cgroups",
                        "cgroup of process",
                        "echo $(head -n 1 $EVE_CGROUP/payload/cgroup.procs) > ${EVE_CGROUP%/*/*}/cgroup.procs",
                        "eve restart"),
                new Sabotage(
                        "a process of the host's has an id of a tenant's",
                        "eve",
                        "ids",
                        "ids of process",
                        "setpriv --reuid $((EVE_UID + 7)) --regid 0 --clear-groups sleep 98761 & until pgrep -f '^sleep 98761$'; do sleep 0.1; done",
                        END),
                new Sabotage(
                        "another user namespace has a tenant's ids",
                        "alice",
                        "ids",
                        "uid_map of the user namespace",
                        "unshare --user sleep 98761 & until pgrep -f '^sleep 98761$'; do sleep 0.1; done; echo \"0 $((ALICE_UID + 500)) 10\" > /proc/$!/uid_map",
                        END),
                new Sabotage(
                        "the limit of processes is lifted",
                        "eve",
                        "limits",
                        "payload/pids.max",
                        "echo max > $(limit pids pids.max)",
                        "echo 512 > $(limit pids pids.max)"),
                new Sabotage(
                        "the limit of the disk is lifted",
                        "eve",
                        "limits",
                        "bytes of disk",
                        "btrfs qgroup limit none 1/$EVE_SLOT $HOME/pool",
                        "eve plan"),
                new Sabotage(
                        "a rate of the link is lifted",
                        "eve",
                        "network",
                        "receives at most",
                        "nsenter --net=$RUN/network tc qdisc del dev ct$EVE_SLOT root",
                        "eve restart"),
                new Sabotage(
                        "the rate at which a tenant sends is lifted",
                        "eve",
                        "network",
                        "sends at most",
                        "nsenter -t $EVE -n tc qdisc replace dev eth0 root noqueue",
                        "eve restart"),
                new Sabotage(
                        "the number of terminals is raised",
                        "eve",
                        "limits",
                        "terminals at most",
                        "python3 $DEVPTS $EVE 4000",
                        "eve restart"),
                new Sabotage(
                        "a set of the firewall is emptied",
                        "host",
                        "network",
                        "set closed4",
                        "nsenter --net=$RUN/network nft flush set inet $INSTANCE closed4",
                        "ops"),
                new Sabotage(
                        "a rule is put before all others",
                        "host",
                        "network",
                        "chain through",
                        "nsenter --net=$RUN/network nft insert rule inet $INSTANCE through accept",
                        "ops"),
                new Sabotage(
                        "a link is given a neighbour's address",
                        "eve",
                        "network",
                        "IPv4 addresses",
                        "nsenter -t $EVE -n ip addr add $ALICE_ADDRESS/32 dev eth0",
                        "nsenter -t $EVE -n ip addr del $ALICE_ADDRESS/32 dev eth0"),
                new Sabotage(
                        "a neighbour's packets are routed to another link",
                        "eve",
                        "network",
                        "what is routed to ct",
                        "nsenter --net=$RUN/network ip route add 100.64.15.250/32 dev ct$EVE_SLOT",
                        "nsenter --net=$RUN/network ip route del 100.64.15.250/32 dev ct$EVE_SLOT"),
                new Sabotage(
                        "a tenant's tree is open to everybody",
                        "eve",
                        "trees",
                        "/pool/tenants/",
                        "chmod 0755 $HOME/pool/tenants/$EVE_ID",
                        "chmod 0700 $HOME/pool/tenants/$EVE_ID"),
                new Sabotage(
                        "the agent listens to everybody",
                        "host",
                        "trees",
                        "agent.sock",
                        "chmod 0666 $RUN/agent/agent.sock",
                        "chmod 0660 $RUN/agent/agent.sock"),
                new Sabotage(
                        "a process is left in a range that is nobody's",
                        "host",
                        "released",
                        "process",
                        "setpriv --reuid $((EVE_UID + 65536 * 20)) --regid 0 --clear-groups sleep 98761 & until pgrep -f '^sleep 98761$'; do sleep 0.1; done",
                        END),
                new Sabotage(
                        "a file is left in a range that is nobody's",
                        "host",
                        "released",
                        "/var/tmp/$INSTANCE-left",
                        "touch /var/tmp/$INSTANCE-left; chown $((EVE_UID + 65536 * 20)) /var/tmp/$INSTANCE-left",
                        "rm /var/tmp/$INSTANCE-left"),
                new Sabotage(
                        "a cgroup of nobody's is left",
                        "host",
                        "released",
                        "slot",
                        "mkdir ${EVE_CGROUP%/*}/ct$((EVE_SLOT + 20))",
                        "rmdir ${EVE_CGROUP%/*}/ct$((EVE_SLOT + 20))"),
                new Sabotage(
                        "a link of nobody's is left in the hub",
                        "host",
                        "released",
                        "link ct",
                        "nsenter --net=$RUN/network ip link add ct$((EVE_SLOT + 20)) type veth peer name left",
                        "nsenter --net=$RUN/network ip link del ct$((EVE_SLOT + 20))"),
                new Sabotage(
                        "storage of nobody's is left",
                        "host",
                        "released",
                        "storage of 0f0f0f0f",
                        "mkdir $HOME/pool/tenants/0f0f0f0f-0f0f-0f0f-0f0f-0f0f0f0f0f0f",
                        "rmdir $HOME/pool/tenants/0f0f0f0f-0f0f-0f0f-0f0f-0f0f0f0f0f0f"),
                new Sabotage(
                        "memory that the machine's processes share belongs to a tenant",
                        "host",
                        "released",
                        "shm",
                        "setpriv --reuid $EVE_UID --regid 0 --clear-groups ipcmk -M 4096",
                        "awk -v u=$EVE_UID '$8 == u { print $2 }' /proc/sysvipc/shm | xargs -rn1 ipcrm -m"));
    }

    @ParameterizedTest
    @MethodSource("sabotages")
    void whatIsBrokenByHandIsNamedByTheNextAudit(Sabotage sabotage) throws IOException {
        try {
            bash(sabotage.breaks());
            JsonNode report = audit();
            assertEquals(
                    "failed",
                    report.get("verdict").asText(),
                    report.get("findings").toString());
            String check = sabotage.check().replace("$INSTANCE", instance.name());
            assertTrue(
                    StreamSupport.stream(report.get("findings").spliterator(), false)
                            .anyMatch(finding -> finding.get("tenant").asText().equals(sabotage.tenant())
                                    && finding.get("fact").asText().equals(sabotage.fact())
                                    && finding.get("check").asText().contains(check)
                                    && !finding.get("found").equals(finding.get("expected"))),
                    report.get("findings").toString());
        } finally {
            mend(sabotage.mends());
        }
    }

    @Test
    void aFailedAuditIsAnnouncedOnEveryPageAndInTheMetrics() throws IOException {
        try {
            bash("chmod 0755 $HOME/pool/tenants/$EVE_ID");
            assertEquals("failed", audit().get("verdict").asText());
            Eventually.holds(() -> {
                assertTrue(page("/plans").contains("An audit failed"), "no word of it");
                assertTrue(page("/q/metrics").contains("cloister_audit_failed 1.0"));
            });
        } finally {
            bash("chmod 0700 $HOME/pool/tenants/$EVE_ID");
        }
        JsonNode report = audit();
        Eventually.holds(() -> {
            assertFalse(page("/plans").contains("An audit failed"));
            assertTrue(page("/q/metrics").contains("cloister_audit_failed 0.0"));
        });
        String shown = page("/audits/" + report.get("id").asText());
        assertTrue(shown.contains("trees: passed; it was failed before."), "the difference to the run before");
    }

    private static String page(String path) {
        return instance.send("GET", path, null, Map.of("Authorization", "Bearer " + instance.adminToken()))
                .expect(200)
                .text();
    }

    @Test
    void memoryThatAProgramKeepsOpenIsItsOwn() throws Exception {
        // memfd_secret(2) 447; memfd_create(2) 319, also with MFD_HUGETLB, where there are large pages
        Process keeps = new ProcessBuilder(alice.sshCommand(
                        List.of(),
                        "perl -e 'syscall(447, 0); for (0, 4) { my $n = \"mine\"; syscall(319, $n, $_) } $| = 1;"
                                + " print join(q( ), map readlink, glob q(/proc/self/fd/*)), qq(\\n); <STDIN>'"))
                .start();
        try {
            String opened = keeps.inputReader().readLine();
            assertTrue(opened.contains("/secretmem") && opened.contains("/memfd:mine"), opened);
            assertEquals("[]", audit().get("findings").toString());
        } finally {
            keeps.destroyForcibly();
        }
    }

    @Test
    void nothingIsFoundWhileTenantsStartStopAndWork() throws Exception {
        Process work = new ProcessBuilder(alice.sshCommand(
                        List.of(), "while :; do (ls -R /usr/share > /dev/null & sleep 0.05; wait); done"))
                .start();
        Thread restarts = Thread.ofPlatform().start(() -> {
            while (work.isAlive()) instance.change("POST", "/tenants/eve/restart", null);
        });
        try {
            for (int i = 0; i < 6; i++) {
                JsonNode report = audit();
                assertEquals("[]", report.get("findings").toString());
                for (JsonNode fact : report.get("facts")) {
                    assertEquals("passed", fact.get("verdict").asText(), fact.toString());
                    assertTrue(fact.get("looked").asLong() > 0, fact.toString());
                }
            }
        } finally {
            work.destroyForcibly();
            restarts.join();
            WORDS.put("EVE", pid(eve));
        }
    }

    private static JsonNode audit() {
        return instance.audit();
    }

    /** A script, or one of the words for what the product itself puts right. */
    private static void mend(String mends) throws IOException {
        switch (mends) {
            case "eve restart" -> {
                instance.change("POST", "/tenants/eve/restart", null).expect(200);
                WORDS.put("EVE", pid(eve));
            }
            case "eve plan" -> {
                instance.limit("eve", Map.of("diskBytes", 5L << 30));
                instance.limit("eve", Map.of("diskBytes", 4L << 30));
            }
            case "ops" -> {
                Command.run("nft", "delete", "table", "inet", instance.name()).orFail(); // the agent loads all again
                Eventually.holds(
                        Instance.PATIENCE,
                        () -> assertEquals("passed", audit().get("verdict").asText()));
            }
            default -> bash(mends);
        }
    }

    private static void bash(String script) throws IOException {
        String limit = """
                limit() { local v1; v1=$(awk -v c=$1 '$3 == "cgroup" && $4 ~ "(^|,)" c "(,|$)" { print $2; exit }' /proc/mounts)
                  if [[ $v1 ]]; then echo $v1/$INSTANCE/ct$EVE_SLOT/payload/$2; else echo $EVE_CGROUP/payload/$2; fi; }
                """;
        // What a script leaves running must not hold our end of its pipes.
        Command.Outcome outcome = Command.run(
                List.of("bash", "-c", limit + "exec > /dev/null 2>&1\n" + script), WORDS, new byte[0], Command.LONG);
        assertEquals(0, outcome.exit(), script + ": " + outcome);
    }

    private static String pid(TenantHandle tenant) {
        return instance.get("/tenants/" + tenant.name() + "/namespaces")
                .expect(200)
                .json()
                .get("initPid")
                .asText();
    }

    /** The tenant's cgroup in the unified tree. */
    private static String cgroup(TenantHandle tenant) {
        String path = Command.run("sed", "-n", "s/^0:://p", "/proc/" + pid(tenant) + "/cgroup")
                .orFail()
                .out()
                .strip()
                .replace("/init.scope", "");
        String mount = Command.run("findmnt", "-n", "-t", "cgroup2", "-o", "TARGET")
                .orFail()
                .out()
                .lines()
                .findFirst()
                .orElseThrow();
        assertFalse(path.isEmpty());
        return mount + path;
    }
}
