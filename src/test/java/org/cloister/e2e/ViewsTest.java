package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a tenant sees of the machine is its own: memory, processors, load, start, limits. */
class ViewsTest {

    private static Instance instance;
    private static TenantHandle eve;

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        eve = instance.tenant("eve");
    }

    @AfterAll
    static void leave() {
        if (eve != null) eve.close();
    }

    private static String eve(String command) {
        return eve.ssh(command).orFail().out().strip();
    }

    private static long memoryLimit() {
        return eve.show().get("limits").get("memoryBytes").asLong();
    }

    @Test
    void herMemoryIsHerPlans() throws IOException {
        long machine = Long.parseLong(Files.readString(Path.of("/proc/meminfo")).replaceAll("(?s)\\D*(\\d+).*", "$1"));
        long hers = Long.parseLong(eve("awk '/^MemTotal/ { print $2 }' /proc/meminfo"));
        assertEquals(memoryLimit() >> 10, hers);
        assertNotEquals(machine, hers);
    }

    @Test
    void whatSheUsesIsMissingFromWhatIsFree() {
        String read = "awk '/^MemFree/ { print $2 }' /proc/meminfo";
        long before = Long.parseLong(eve(read));
        eve("head -c 200M /dev/zero > /dev/shm/x");
        try {
            Eventually.holds(() -> {
                long after = Long.parseLong(eve(read));
                assertTrue(before - after > 190_000 && before - after < 260_000, before + " then " + after + " kB");
            });
        } finally {
            eve("rm /dev/shm/x");
        }
    }

    @Test
    void herLoadIsHerOwn() {
        double before = load();
        eve("for i in 1 2 3; do timeout 60 sh -c 'while :; do :; done' >/dev/null 2>&1 </dev/null & done");
        try {
            // Three busy tasks for ten seconds: 3 * (1 - e^(-10/60)) is 0.46, five seconds more or less.
            Eventually.holds(() -> {
                double more = load() - before;
                assertTrue(more > 0.2 && more < 1.0, "load " + more + " more than " + before);
            });
            Eventually.holds(() -> assertFalse(eve("cat /proc/loadavg").contains(hostLoad()), "the machine's"));
        } finally {
            eve.ssh("pkill timeout");
        }
    }

    private static double load() {
        return Double.parseDouble(eve("cat /proc/loadavg").split(" ")[0]);
    }

    private static String hostLoad() {
        return Command.run("cut", "-d", " ", "-f", "1-3", "/proc/loadavg")
                .orFail()
                .out()
                .strip();
    }

    @Test
    void herProcessorsAreAsManyAsHerPlanGives() {
        assertEquals(
                "1 1 0 0",
                eve("echo $(grep -c ^processor /proc/cpuinfo) $(grep -c '^cpu[0-9]' /proc/stat)"
                        + " $(cat /sys/devices/system/cpu/online /sys/devices/system/cpu/possible)"));
        String processors = "echo $(grep -c ^processor /proc/cpuinfo) $(cat /sys/devices/system/cpu/online)";
        instance.limit("eve", Map.of("cpuPercent", 101));
        try {
            Eventually.holds(() -> assertEquals("2 0-1", eve(processors), "changed while she runs"));
        } finally {
            instance.limit("eve", Map.of("cpuPercent", 100));
        }
        Eventually.holds(() -> assertEquals("1 0", eve(processors)));
    }

    @Test
    void herMachineBeganWhenSheDid() {
        String[] told = eve("date +%s; cut -d. -f1 /proc/uptime; awk '/^btime/ { print $2 }' /proc/stat; date +%s")
                .split("\n");
        long uptime = Long.parseLong(told[1]);
        long least = Long.parseLong(told[0]) - Long.parseLong(told[2]) - 2;
        long most = Long.parseLong(told[3]) - Long.parseLong(told[2]) + 2;
        assertTrue(uptime >= least && uptime <= most, "up for " + uptime + " s, not " + least + " to " + most);
        assertNotEquals(boot(), eve("cat /proc/sys/kernel/random/boot_id"), "nor is her boot the machine's");
    }

    private static String boot() {
        return Command.run("cat", "/proc/sys/kernel/random/boot_id")
                .orFail()
                .out()
                .strip();
    }

    @Test
    void theToolsThatPeopleUseFindWhatTheyLookFor() {
        for (String tool : List.of(
                "free",
                "top -b -n1",
                "uptime",
                "vmstat",
                "vmstat -s",
                "vmstat -d",
                "ps aux",
                "lscpu",
                "w",
                "lsblk",
                "df -a",
                "mount",
                "sysctl -a",
                "nproc")) {
            Command.Outcome outcome = eve.ssh(tool);
            assertEquals(0, outcome.exit(), tool + ": " + outcome);
            if (!tool.startsWith("sysctl")) assertEquals("", outcome.stderr(), tool);
        }
        assertTrue(eve("lscpu").matches("(?s).*Core\\(s\\) per socket: +1\n.*"), eve("lscpu"));
        assertTrue(eve("free -b").contains(Long.toString(memoryLimit())), eve("free -b"));
    }

    @Test
    void aReaderNeverFindsAFileEmptyOrCutShort() {
        String loop =
                "perl -e '$end = time + 6; while (time < $end || $n < 12000) { for $f (qw(meminfo stat loadavg)) {"
                        + " open F, \"/proc/$f\" or die; sysread(F, $t, 65536); close F; $n++;"
                        + " $l{$f} //= length $t; die \"$f: $t\" if length $t != $l{$f} || $t !~ /\\n\\z/ || $t =~ /\\0/ } }"
                        + " print \"$n reads\"'";
        String told = eve(loop);
        assertTrue(told.endsWith(" reads"), told);
        assertTrue(Long.parseLong(told.split(" ")[0]) > 10_000, told);
    }

    @Test
    void sheCanNeitherChangeNorRemoveNorUncoverThem() {
        for (String attempt : List.of(
                "echo x > /proc/meminfo",
                "echo x > /run/cloister/limits",
                "chmod 777 /run/cloister/limits",
                "rm -f /run/cloister/limits",
                "mv /run/cloister /run/x",
                "umount /proc/meminfo",
                "umount -l /run/cloister",
                "mount -o remount,rw /run/cloister",
                "touch /sys/x")) assertNotEquals(0, eve.ssh(attempt).exit(), attempt);
    }

    @Test
    void herLimitsStandInAFileWithTheirUse() {
        String text = eve("cat /run/cloister/limits");
        for (var limit : eve.show().get("limits").properties())
            assertTrue(
                    Pattern.compile("(?m)^" + limit.getKey() + " +(\\d+|-) +"
                                    + limit.getValue().asText() + " +\\d+$")
                            .matcher(text)
                            .find(),
                    limit + " in " + text);
    }

    @Test
    void whileTheAgentIsAwayFiguresStandStillAndNothingBreaks() throws Exception {
        Path root =
                instance.home().resolve("pool/tenants/" + eve.show().get("id").asText() + "/root/root");
        long agent = Machine.pid(instance, "agent");
        // A session that is open before, since none is opened without an agent.
        var told = CompletableFuture.supplyAsync(() -> eve("touch ready; until [ -e go ]; do sleep 0.1; done;"
                + " before=$(cat /proc/stat); sleep 3; [ \"$before\" = \"$(cat /proc/stat)\" ] && echo still;"
                + " free > free && ps aux > ps && uptime > uptime && top -b -n1 > top && echo works"));
        try {
            Eventually.holds(() -> assertTrue(Files.exists(root.resolve("ready"))));
            Command.run("kill", "-STOP", Long.toString(agent)).orFail();
            Files.createFile(root.resolve("go"));
            assertEquals("still\nworks", told.get(170, TimeUnit.SECONDS));
        } finally {
            Command.run("kill", "-CONT", Long.toString(agent)).orFail();
        }
        String moving = "before=$(cat /proc/stat); sleep 3; [ \"$before\" = \"$(cat /proc/stat)\" ] || echo moves";
        Eventually.holds(() -> assertEquals("moves", eve(moving)));
    }
}
