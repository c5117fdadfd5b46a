package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Snapshots of tenants' disks: whose they are, who pays for them, and what a crash leaves. */
@Order(300)
class SnapshotTest {

    private static final long MB = 1L << 20;

    private static Instance instance;

    @BeforeAll
    static void connect() {
        instance = Instance.assumeRunning();
    }

    @Test
    void aRunningTenantIsSetBackToWhatItWas() {
        try (TenantHandle bob = instance.tenant("bob")) {
            bob.ssh("echo then > /root/state; sleep 4242 >/dev/null 2>&1 </dev/null &")
                    .orFail();
            JsonNode taken = take("bob", "before the upgrade").expect(201).json();
            assertEquals("before the upgrade", taken.get("note").asText());
            Eventually.holds(
                    () -> assertEquals("1", bob.ssh("pgrep -c -x sleep").out().strip(), "what ran goes on"));

            bob.ssh("echo now > /root/state; touch /root/later").orFail();
            restore("bob", taken).expect(200);
            bob.await("running");
            assertEquals(
                    "then\n", bob.ssh("cat /root/state; ls /root/later 2>&-").out());
            assertEquals("0", bob.ssh("pgrep -c -x sleep").out().strip(), "what ran has ended");
            assertEquals(List.of(taken), list("bob"), "a snapshot outlives its restoration");

            delete("bob", taken).expect(204);
            assertEquals(List.of(), list("bob"));
            assertEquals("then\n", bob.ssh("cat /root/state").orFail().out());
        }
    }

    @Test
    void aStoppedTenantIsSetBackAndStaysStopped() {
        try (TenantHandle bob = instance.tenant("bob")) {
            bob.ssh("echo then > /root/state").orFail();
            instance.change("POST", "/tenants/bob/stop", null).expect(200);
            JsonNode taken = take("bob", "").expect(201).json();
            instance.change("POST", "/tenants/bob/start", null).expect(200);
            bob.ssh("echo now > /root/state").orFail();
            instance.change("POST", "/tenants/bob/stop", null).expect(200);
            restore("bob", taken).expect(200);
            assertEquals("stopped", bob.show().get("state").asText());
            instance.change("POST", "/tenants/bob/start", null).expect(200);
            assertEquals("then\n", bob.ssh("cat /root/state").orFail().out());
        }
    }

    /** Simple quotas bill an extent to the subvolume it was written through, wherever it is held (btrfs(5), squota). */
    @Test
    void whatASnapshotHoldsIsBilledToItsTenantUntilItIsDeleted() throws Exception {
        try (TenantHandle bob = instance.tenant("bob");
                TenantHandle eve = instance.tenant("eve")) {
            limitDisk("eve", 300 * MB);
            long bobs = disk("bob");
            eve.ssh("head -c 200M /dev/urandom > /root/first && sync").orFail();
            JsonNode taken = take("eve", "").expect(201).json();
            eve.ssh("rm /root/first && sync").orFail();
            assertEquals("refused", write(eve, "second", 200), "the snapshot still holds the first 200 MB");
            restore("eve", taken).expect(200);
            eve.await("running");
            eve.ssh("test -s /root/first && rm /root/first && sync").orFail();
            assertEquals("refused", write(eve, "third", 200), "a restored root is billed as the first one was");

            delete("eve", taken).expect(204);
            awaitDisk("eve", 150 * MB);
            assertEquals("written", write(eve, "fourth", 200), "the deleted snapshot gave back what it held");
            assertTrue(disk("bob") - bobs < 10 * MB, "Bob was billed for what is Eve's");
        }
    }

    @Test
    void aTenantWhoseDiskIsFullIsKeptSetBackAndFreed() throws Exception {
        try (TenantHandle eve = instance.tenant("eve")) {
            limitDisk("eve", 100 * MB);
            JsonNode empty = take("eve", "empty").expect(201).json();
            assertEquals("refused", write(eve, "all", 200));
            JsonNode full = take("eve", "full").expect(201).json();
            restore("eve", full).expect(200);
            eve.await("running");
            assertEquals("in", eve.ssh("echo in").orFail().out().strip());
            restore("eve", empty).expect(200);
            eve.await("running");
            delete("eve", full).expect(204);
            awaitDisk("eve", 60 * MB);
            assertEquals("written", write(eve, "again", 20));
        }
    }

    @Test
    void aTenantHasAtMostSixteen() {
        try (TenantHandle eve = instance.tenant("eve", Map.of("start", false))) {
            for (int i = 0; i < 16; i++) take("eve", "number " + i).expect(201);
            Instance.Answer refused = take("eve", "one more").expect(409);
            assertTrue(refused.json().get("detail").asText().contains("16 snapshots already"), refused.text());
            assertEquals(16, list("eve").size());
            delete("eve", list("eve").getFirst()).expect(204);
            take("eve", "one more").expect(201);
        }
    }

    @Test
    void aNoteThatIsNoLineOfTextIsRefused() {
        try (TenantHandle eve = instance.tenant("eve", Map.of("start", false))) {
            for (String note : List.of("two\nlines", "\u001b[2J", "\u202egpj.exe", "a\u2028b", "x".repeat(101))) {
                Instance.Answer refused = take("eve", note);
                assertEquals(400, refused.status(), refused.toString());
                assertEquals("note", refused.json().get("field").asText());
            }
            assertEquals(List.of(), list("eve"));
            String odd = "<b>&amp;\"' before: 50 % über 漢字 🙂";
            assertEquals(odd, take("eve", odd).expect(201).json().get("note").asText());
        }
    }

    @Test
    void somebodyElsesSnapshotAndNoneAnswerAlike() {
        try (TenantHandle bob = instance.tenant("bob", Map.of("start", false));
                TenantHandle eve = instance.tenant("eve", Map.of("start", false))) {
            JsonNode bobs = take(bob.name(), "").expect(201).json();
            String none = "/tenants/eve/snapshots/" + UUID.randomUUID();
            String others = "/tenants/eve/snapshots/" + bobs.get("id").asText();
            for (String method : List.of("POST", "DELETE")) {
                String end = method.equals("POST") ? "/restore" : "";
                Instance.Answer absent = instance.change(method, none + end, null);
                Instance.Answer foreign = instance.change(method, others + end, null);
                assertEquals(404, absent.status(), absent.toString());
                assertEquals(absent.text(), foreign.text());
            }
            assertEquals(List.of(bobs), list("bob"));
            assertEquals(404, instance.get("/tenants/nobody/snapshots").status());
            assertEquals(
                    404,
                    instance.change("DELETE", "/tenants/eve/snapshots/..%2Froot", null)
                            .status());
        }
    }

    @Test
    void aDeletedTenantLeavesNoSnapshot() {
        Path home;
        try (TenantHandle eve = instance.tenant("eve")) {
            home = home(eve);
            take("eve", "first").expect(201);
            eve.ssh("head -c 20M /dev/urandom > /root/file").orFail();
            take("eve", "second").expect(201);
            assertTrue(Files.isDirectory(home.resolve("snapshots")));
            assertEquals(
                    "drwx------",
                    Command.run("stat", "-c", "%A", home.toString()).out().strip());
        }
        assertFalse(Files.exists(home));
        assertEquals("", subvolumes(home.getFileName().toString()));
    }

    @Test
    void anAgentKilledInTheMiddleOfARestorationLeavesTheOneRootOrTheOther() throws Exception {
        try (TenantHandle eve = instance.tenant("eve")) {
            eve.ssh("echo then > /root/state").orFail();
            JsonNode taken = take("eve", "").expect(201).json();
            for (int milliseconds : new int[] {10, 30, 60, 120}) {
                eve.ssh("echo now > /root/state; sync").orFail();
                instance.request("POST", path("eve", taken) + "/restore", null).expect(202);
                TimeUnit.MILLISECONDS.sleep(milliseconds);
                Command.run("kill", "-KILL", Long.toString(Machine.pid(instance, "agent")))
                        .orFail();
                up();
                eve.await(
                        shown -> shown.get("state").asText().equals("running")
                                && eve.ssh("true").exit() == 0,
                        "running and answering");
                String state = eve.ssh("cat /root/state").orFail().out();
                assertTrue(List.of("then\n", "now\n").contains(state), state);
                Eventually.holds(
                        () -> { // what is half made is cleared away by whoever finds it
                            assertEquals(
                                    List.of("root", "snapshots"),
                                    List.of(java.util.Objects.requireNonNull(
                                                    home(eve).toFile().list()))
                                            .stream()
                                            .sorted()
                                            .toList());
                            assertEquals(List.of(taken), list("eve"));
                        });
            }
            restore("eve", taken).expect(200);
            eve.await("running");
            assertEquals("then\n", eve.ssh("cat /root/state").orFail().out());
        }
    }

    @Test
    void anUnfinishedSnapshotIsNeitherShownNorKept() {
        try (TenantHandle eve = instance.tenant("eve", Map.of("start", false))) {
            Path half = home(eve).resolve("snapshots").resolve(UUID.randomUUID().toString());
            assertTrue(new File(half.getParent().toString()).mkdirs());
            Command.run(
                            "btrfs",
                            "subvolume",
                            "snapshot",
                            "-r",
                            home(eve).resolve("root").toString(),
                            half.toString())
                    .orFail();
            assertEquals(List.of(), list("eve"));
            Command.run("kill", "-KILL", Long.toString(Machine.pid(instance, "agent")))
                    .orFail();
            up();
            Eventually.holds(() -> assertFalse(Files.exists(half)));
        }
    }

    private static Instance.Answer take(String tenant, String note) {
        return instance.change("POST", "/tenants/" + tenant + "/snapshots", Map.of("note", note));
    }

    private static Instance.Answer restore(String tenant, JsonNode snapshot) {
        return instance.change("POST", path(tenant, snapshot) + "/restore", null);
    }

    private static Instance.Answer delete(String tenant, JsonNode snapshot) {
        return instance.change("DELETE", path(tenant, snapshot), null);
    }

    private static String path(String tenant, JsonNode snapshot) {
        return "/tenants/" + tenant + "/snapshots/" + snapshot.get("id").asText();
    }

    private static List<JsonNode> list(String tenant) {
        JsonNode list =
                instance.get("/tenants/" + tenant + "/snapshots").expect(200).json();
        return java.util.stream.StreamSupport.stream(list.spliterator(), false).toList();
    }

    /** Whether that many megabytes found room. What did not fit is removed again. */
    private static String write(TenantHandle tenant, String file, int megabytes) {
        return tenant.ssh("cd /root; if head -c " + megabytes + "M /dev/urandom > " + file + " && sync " + file
                        + "; then echo written; else rm " + file + "; echo refused; fi 2>&-")
                .out()
                .strip();
    }

    private static void limitDisk(String tenant, long bytes) {
        instance.limit(tenant, Map.of("diskBytes", bytes));
    }

    private static long disk(String tenant) {
        return instance.usage(tenant).at("/disk/used").asLong();
    }

    /** What was deleted is billed back when the kernel's cleaner comes to it. */
    private static void awaitDisk(String tenant, long most) {
        Eventually.holds(
                Instance.PATIENCE, () -> assertTrue(disk(tenant) <= most, tenant + " still uses " + disk(tenant)));
    }

    private static Path home(TenantHandle tenant) {
        return instance.home()
                .resolve("pool/tenants")
                .resolve(tenant.show().get("id").asText());
    }

    private static String subvolumes(String tenant) {
        String all = Command.run(
                        "btrfs",
                        "subvolume",
                        "list",
                        instance.home().resolve("pool").toString())
                .orFail()
                .out();
        assertNotEquals("", all);
        return String.join(
                "\n", all.lines().filter(line -> line.contains(tenant)).toList());
    }

    private static void up() {
        Command.run(
                        List.of(Path.of("ops/up").toAbsolutePath().toString()),
                        Map.of("CLOISTER_INSTANCE", instance.name()),
                        new byte[0],
                        Duration.ofMinutes(10))
                .orFail();
    }
}
