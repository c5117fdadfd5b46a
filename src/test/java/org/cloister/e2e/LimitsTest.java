package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a plan limits binds in a running tenant, changes without a restart, and says so when it acts. */
class LimitsTest {

    private static final long MEGABYTE = 1 << 20;

    private static Instance instance;
    private static TenantHandle eve;

    @BeforeAll
    static void connect() {
        instance = Instance.assumeRunning();
        eve = instance.tenant("eve");
    }

    @AfterAll
    static void disconnect() {
        if (eve != null) eve.close();
    }

    @Test
    void aTenantUsesNoMoreOfACoreThanItsShareAndIsToldToHaveReachedIt() {
        set(Map.of("cpuPercent", 20));
        double[] most = {0};
        Eventually.holds(() -> {
            long before = cpuMicros();
            long began = System.nanoTime();
            eve.ssh("timeout 4 sh -c 'while :; do :; done'");
            long used = cpuMicros() - before;
            most[0] = Math.max(most[0], used * 1e3 / (System.nanoTime() - began));
            assertTrue(used > 100_000, "used " + used + " µs in all, and could have more");
        });
        assertTrue(most[0] < 0.25, "used " + most[0] + " of a core");
        awaitHit("cpuPercent");
        set(Map.of("cpuPercent", 100));
    }

    @Test
    void aTenantCountsTheProcessorsThatItMayUse() {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "this machine has one CPU");
        assertEquals("1", eve.ssh("nproc").orFail().out().strip());
        set(Map.of("cpuPercent", 200));
        assertEquals("2", eve.ssh("nproc").orFail().out().strip());
        set(Map.of("cpuPercent", 100));
        assertEquals("1", eve.ssh("nproc").orFail().out().strip());
    }

    @Test
    void memoryThatIsTooMuchIsTheTenantsOwnOutOfMemory() {
        set(Map.of("memoryBytes", 128 * MEGABYTE));
        Life pid1 = Life.of(eve);
        assertTrue(eve.ssh("perl -e '$x = \"x\" x (60 << 20); print length $x'").exit() == 0, "half of it");
        assertTrue(
                eve.ssh("perl -e '$x = \"x\" x (400 << 20); print length $x'").exit() != 0, "three times of it");
        awaitHit("memoryBytes");
        assertTrue(pid1.goesOn(), "pid 1 lives");
        assertEquals("in", eve.ssh("echo in").orFail().out().strip());
        set(Map.of("memoryBytes", 512 * MEGABYTE));
    }

    @Test
    void memoryCannotBeLimitedBelowWhatIsInUseAndNothingElseChangesThen() throws Exception {
        Process hog = background("perl -e '$x = \"x\" x (200 << 20); $| = 1; print \"full\\n\"; sleep 600'");
        try (var reader = hog.inputReader()) {
            assertEquals("full", reader.readLine());
            Instance.Answer refused = instance.change(
                    "PATCH", "/tenants/eve", Map.of("limits", Map.of("memoryBytes", 100 * MEGABYTE, "pids", 99)));
            assertEquals(409, refused.status(), refused.text());
            assertTrue(refused.json().get("detail").asText().startsWith("More memory is in use"), refused.text());
            assertTrue(eve.ssh("echo in").exit() == 0, "she runs on");
            assertTrue(hog.isAlive(), "and so do her processes");
            assertEquals("512", limit("pids/payload/pids.max", "payload/pids.max"));
        }
        eve.ssh("pkill perl; while pgrep perl; do sleep 0.1; done");
        set(Map.of("memoryBytes", 100 * MEGABYTE, "pids", 99));
        assertEquals("99", limit("pids/payload/pids.max", "payload/pids.max"));
        set(Map.of("memoryBytes", 512 * MEGABYTE, "pids", 512));
    }

    @Test
    void socketsHoldNoMoreMemoryThanTheTenantMayUse() {
        long before = available();
        set(Map.of("memoryBytes", 128 * MEGABYTE));
        // One process fills the buffers of as many sockets as it may have open.
        Command.Outcome filled = eve.ssh("ulimit -n $(ulimit -Hn); perl -e '"
                + "use Socket; $d = \"x\" x 60000;"
                + "for (1 .. 19000) { socket(my $s, PF_INET, SOCK_DGRAM, 17) or last;"
                + " bind($s, sockaddr_in(0, inet_aton(\"127.0.0.1\"))); $to = getsockname $s;"
                + " send($s, $d, 0, $to) for 1 .. 3; push @k, $s }"
                + "open $m, \"<\", \"/proc/self/status\"; print scalar(@k), \" sockets\\n\"; sleep 2'");
        long lost = before - available();
        assertTrue(lost < 1024 * MEGABYTE, "the machine lost " + lost / MEGABYTE + " MB to " + filled);
        assertEquals("in", eve.ssh("echo in").orFail().out().strip());
        set(Map.of("memoryBytes", 512 * MEGABYTE));
    }

    /** Their buffers are billed to nobody, so their number is what is limited. */
    @Test
    void whoHoldsNetlinkSocketsByTheHundredIsEnded() {
        String hold = "ulimit -n $(ulimit -Hn); perl -e '"
                + "for (1 .. %d) { socket(my $s, 16, 3, 0) or die $!; push @k, $s } sleep %d; print \"kept\"'";
        assertEquals("", eve.ssh(hold.formatted(5000, 120)).out());
        assertEquals("kept", eve.ssh(hold.formatted(100, 15)).orFail().out());
    }

    @Test
    void forksBeyondTheProcessLimitAreRefusedAndCountedAndAShellStillStarts() {
        set(Map.of("pids", 40));
        eve.ssh("for i in $(seq 60); do sleep 120 >/dev/null 2>&1 </dev/null & done 2>/dev/null; true");
        JsonNode hit = awaitHit("pids");
        assertEquals("in", eve.ssh("echo in").orFail().out().strip(), hit.toString());
        eve.ssh("pkill sleep");
        set(Map.of("pids", 512));
    }

    @Test
    void readsAndWritesKeepToTheirRateUntilItIsTakenAway() {
        String write = "dd if=/dev/zero of=/root/rate bs=1M count=24 oflag=direct 2>&1";
        String read = "dd if=/root/rate of=/dev/null bs=1M iflag=direct 2>&1";
        set(Map.of("ioReadBytes", 2 * MEGABYTE, "ioWriteBytes", 2 * MEGABYTE));
        assertBetween(10.5, 120, seconds(write));
        assertBetween(10.5, 120, seconds(read));
        awaitHit("ioReadBytes");
        awaitHit("ioWriteBytes");
        set(Map.of("ioReadBytes", 0, "ioWriteBytes", 0));
        for (String each : List.of(write, read)) // what others ask of the disk may hold one of them up
        Eventually.holds(() -> assertBetween(0, 8, seconds(each)));
        set(Map.of("ioReadOps", 20));
        assertBetween(2.3, 120, seconds("dd if=/root/rate of=/dev/null bs=4k count=60 iflag=direct 2>&1"));
        set(Map.of("ioReadOps", 0));
    }

    @Test
    void writesThatWaitForTheirRateHoldUpNobodyElse() {
        set(Map.of("ioWriteBytes", MEGABYTE)); // hers have to wait for more than a minute and a half
        eve.ssh("dd if=/dev/zero of=/root/later bs=1M count=100").orFail();
        long began = System.nanoTime();
        try (TenantHandle bob = instance.tenant("bob")) {
            bob.ssh("dd if=/dev/zero of=/root/mine bs=1M count=4 conv=fsync").orFail();
        } // deleted
        double took = (System.nanoTime() - began) / 1e9;
        assertTrue(took < 60, "another tenant was made, wrote and was deleted in " + took + " s");
        set(Map.of("ioWriteBytes", 0));
    }

    @Test
    void terminalsEndAtTheirNumberAndTheNeighbourStillGetsOne() throws IOException {
        set(Map.of("terminals", 4));
        String open =
                "perl -e 'for (1 .. 20) { open(my $t, \"+<\", \"/dev/ptmx\") or last; push @k, $t } $| = 1; print @k + 0, \"\\n\"; <STDIN>'";
        Process holding = background(open);
        try (var said = holding.inputReader()) {
            assertEquals("4", said.readLine());
            awaitHit("terminals"); // which is seen by looking now and then
        } finally {
            holding.destroyForcibly();
        }
        try (TenantHandle bob = instance.tenant("bob")) {
            assertEquals(
                    0,
                    Command.run(bob.sshCommand(List.of("-tt"), "tty"), new byte[0], Command.LONG)
                            .exit());
        }
        set(Map.of("terminals", 64));
        Eventually.holds(() -> assertEquals("20", eve.ssh(open).out().strip())); // once the four are given back
    }

    @Test
    void aLimitReachedBeforeAnybodyLookedIsAHitWithItsTime() {
        set(Map.of("terminals", 4));
        String hold = "perl -e 'while (open(my $t, \"+<\", \"/dev/ptmx\")) { push @k, $t } sleep 300' &";
        eve.ssh("cp -a /etc/cloister/start /root/start && printf '%s\\n' '#!/bin/sh' " + quoted(hold)
                        + " >/etc/cloister/start")
                .orFail();
        try {
            instance.change("POST", "/tenants/eve/restart", null);
            eve.await("running");
            awaitHit("terminals");
        } finally {
            eve.ssh("cp -a /root/start /etc/cloister/start").orFail();
            set(Map.of("terminals", 64));
            instance.change("POST", "/tenants/eve/restart", null);
            eve.await("running");
        }
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    @Test
    void weightDividesACoreThatTwoFightFor() throws IOException {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "the tenants are pinned to one of several");
        // Both may use all CPUs and burn on all of them, so wherever they meet they meet everywhere.
        String burn = "for i in $(seq $(nproc)); do timeout 170 sh -c 'while :; do :; done' & done; wait";
        int all = 100 * Runtime.getRuntime().availableProcessors();
        try (TenantHandle bob = instance.tenant("bob")) {
            set(Map.of("cpuPercent", all, "cpuWeight", 400));
            instance.limit("bob", Map.of("cpuPercent", all, "cpuWeight", 100));
            List<Process> both = new ArrayList<>();
            try {
                for (TenantHandle tenant : List.of(eve, bob)) {
                    long idle = cpuMicros(tenant);
                    both.add(new ProcessBuilder(tenant.sshCommand(List.of(), burn)).start());
                    Eventually.holds(() -> assertTrue(cpuMicros(tenant) - idle > 500_000, tenant.name() + " burns"));
                }
                Eventually.holds(() -> assertBetween(2.5, 6, ratioOverTenSeconds(eve, bob)));
            } finally {
                both.forEach(Process::destroyForcibly);
            }
            eve.ssh("pkill timeout");
        }
        set(Map.of("cpuPercent", 100, "cpuWeight", 100));
    }

    private static double ratioOverTenSeconds(TenantHandle one, TenantHandle other) {
        long ones = cpuMicros(one);
        long others = cpuMicros(other);
        Eventually.pause(10_000);
        return (double) (cpuMicros(one) - ones) / (cpuMicros(other) - others);
    }

    @Test
    void aTenantWhoseEverythingIsUsedUpIsFrozenThawedStoppedAndDeleted() {
        try (TenantHandle bob = instance.tenant("bob")) {
            instance.limit("bob", Map.of("pids", 60, "memoryBytes", 64 * MEGABYTE));
            bob.ssh("dd if=/dev/zero of=/dev/shm/full bs=1M 2>/dev/null; true");
            bob.ssh("for i in $(seq 80); do sh -c 'while :; do :; done' & done 2>/dev/null; true");
            for (String move : List.of("freeze", "thaw", "stop", "start")) {
                long began = System.nanoTime();
                Instance.Answer answer = instance.change("POST", "/tenants/bob/" + move, null);
                assertEquals(2, answer.status() / 100, move + ": " + answer);
                assertTrue(System.nanoTime() - began < 30_000_000_000L, move + " in time");
            }
            assertEquals("in", bob.ssh("echo in").orFail().out().strip());
        }
    }

    private record Life(long pid, Machine.Life life) {
        static Life of(TenantHandle tenant) {
            long pid = tenant.namespaces().get("initPid").asLong();
            return new Life(pid, Machine.Life.of(pid));
        }

        boolean goesOn() {
            return life.goesOn();
        }
    }

    private static void set(Map<String, ? extends Number> limits) {
        instance.limit("eve", limits);
    }

    /** What the agent remembers of the limit, which must have been seen to act by one of her processes. */
    private static JsonNode awaitHit(String limit) {
        JsonNode[] found = new JsonNode[1];
        Eventually.seen("a hit of " + limit, Duration.ofSeconds(90), () -> {
            for (JsonNode hit : read(hits()))
                if (hit.get("limit").asText().equals(limit) && hit.get("count").asLong() > 0) found[0] = hit;
            return found[0] != null && !found[0].get("lastAt").isNull();
        });
        return found[0];
    }

    private static Path hits() {
        return instance.run().resolve("tenants/ct" + eve.show().get("slot").asInt() + ".hits");
    }

    private static JsonNode read(Path file) {
        try {
            return Files.exists(file)
                    ? Instance.JSON.readTree(Files.readString(file))
                    : Instance.JSON.createArrayNode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file of eve's cgroup: by hierarchy and path in v1, by path in v2. */
    private static String limit(String one, String two) {
        String slot = "ct" + eve.show().get("slot").asInt();
        String[] parts = one.split("/", 2);
        Path v1 = Path.of("/sys/fs/cgroup", parts[0], instance.name(), slot, parts[1]);
        Path v2 = Path.of("/sys/fs/cgroup", instance.name(), slot, two);
        try {
            return Files.readString(Files.exists(v1) ? v1 : v2).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long cpuMicros() {
        return cpuMicros(eve);
    }

    private static long cpuMicros(TenantHandle tenant) {
        return instance.usage(tenant.name()).get("cpu").get("used").asLong();
    }

    private static long available() {
        try {
            return Long.parseLong(Files.readAllLines(Path.of("/proc/meminfo")).stream()
                            .filter(line -> line.startsWith("MemAvailable:"))
                            .findFirst()
                            .orElseThrow()
                            .replaceAll("\\D", ""))
                    << 10;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How long dd(1) says that it took. */
    private static double seconds(String dd) {
        String out = eve.ssh(dd).orFail().out();
        return Double.parseDouble(out.replaceAll("(?s).*copied, ([0-9.e-]+) s,.*", "$1"));
    }

    private static Process background(String command) throws IOException {
        return new ProcessBuilder(eve.sshCommand(List.of(), command)).start();
    }

    private static void assertBetween(double least, double most, double value) {
        assertTrue(value >= least && value <= most, value + " lies not between " + least + " and " + most);
    }
}
