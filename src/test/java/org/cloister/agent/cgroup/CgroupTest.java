package org.cloister.agent.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.cloister.protocol.Limits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupTest {

    private static final Limits SMALL = limits(150, 512L << 20, 256, 1L << 30);

    private static final List<String> DEVICES = List.of("7:4");

    private static final String UNIFIED_MACHINE = """
            22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro
            26 22 0:24 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
            30 26 0:27 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
            """;

    private static final String HYBRID_MACHINE = """
            24 20 0:22 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
            25 24 0:23 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
            27 24 0:25 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
            32 24 0:30 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
            33 24 0:31 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
            34 24 0:32 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
            """;

    @Test
    void aMachineWithOneTreeHasNoOtherControllers() {
        CgroupMounts mounts = CgroupMounts.parse(UNIFIED_MACHINE);
        assertEquals(Path.of("/sys/fs/cgroup"), mounts.unified());
        assertEquals(Map.of(), mounts.controllers());
    }

    @Test
    void aHybridMachineHasAHierarchyAController() {
        CgroupMounts mounts = CgroupMounts.parse(HYBRID_MACHINE);
        assertEquals(Path.of("/sys/fs/cgroup/unified"), mounts.unified());
        assertEquals(
                Map.of(
                        "cpu", Path.of("/sys/fs/cgroup/cpu,cpuacct"),
                        "cpuacct", Path.of("/sys/fs/cgroup/cpu,cpuacct"),
                        "memory", Path.of("/sys/fs/cgroup/memory"),
                        "pids", Path.of("/sys/fs/cgroup/pids")),
                mounts.controllers());
    }

    @Test
    void aMachineWithoutCgroupsHasNone() {
        assertNull(CgroupMounts.parse("22 1 254:1 / / rw - ext4 /dev/vda1 rw\nnot a mount\n")
                .unified());
    }

    @Test
    void tenantsLiveInTheUnitThatSystemdDelegatesAndElseAtTheRoot(@TempDir Path tree) throws IOException {
        assertEquals(tree.resolve("cloister"), Cgroups.own(tree, "cloister"));
        Path unit = Files.createDirectories(tree.resolve("cloister.slice/cloister-tenants.service"));
        assertEquals(unit, Cgroups.own(tree, "cloister"));
        assertEquals(tree.resolve("other"), Cgroups.own(tree, "other"), "another instance's unit is not ours");
    }

    @Test
    void keyedFilesIgnoreWhatIsNoNumber() {
        assertEquals(
                Map.of("populated", 1L, "frozen", 0L),
                KeyedFile.parse("populated 1\nfrozen 0\nsome avg10=0.00 total=3\nmax max\n"));
    }

    @Test
    void versionTwoFreesMemoryBeforeItLimitsItAndKillsNobodyForIt() {
        List<Dialect.Setting> memory = new Version2()
                .settings(SMALL, DEVICES).stream()
                        .filter(s -> s.file().startsWith("memory."))
                        .toList();
        assertEquals(
                List.of(
                        new Dialect.Setting("memory", "memory.high", "536870912"),
                        new Dialect.Setting("memory", "memory.max", "536870912", "memory.current"),
                        new Dialect.Setting("memory", "memory.high", "max"),
                        new Dialect.Setting("memory", "memory.swap.max", "0")),
                memory);
    }

    @Test
    void versionTwoWritesQuotaAndPeriodTogetherAndEveryRateOfADeviceInOneLine() {
        List<String> lines = lines(new Version2(), SMALL.with(Map.of("ioReadBytes", 1L << 20, "ioWriteOps", 50L)));
        assertTrue(lines.contains("cpu.max=150000 100000"), lines.toString());
        assertTrue(lines.contains("cpu.weight=100"), lines.toString());
        assertTrue(lines.contains("pids.max=256"), lines.toString());
        assertTrue(lines.contains("io.max=7:4 rbps=1048576 wbps=max riops=max wiops=50"), lines.toString());
    }

    @Test
    void versionOneTranslatesWeightsToSharesAndTakesARateAwayByZero() {
        List<String> lines = lines(new Version1(true), SMALL.with(Map.of("cpuWeight", 400L, "ioReadBytes", 1L << 20)));
        assertTrue(lines.contains("cpu.shares=4096"), lines.toString());
        assertTrue(lines.contains("blkio.throttle.read_bps_device=7:4 1048576"), lines.toString());
        assertTrue(lines.contains("blkio.throttle.write_iops_device=7:4 0"), lines.toString());
    }

    @Test
    void versionOneNeverLetsMemoryAndSwapTogetherFallBelowMemory() {
        List<String> lines = lines(new Version1(true), SMALL.with(Map.of("swapBytes", 1L << 20)));
        assertTrue(lines.indexOf("memory.memsw.limit_in_bytes=-1") < lines.indexOf("memory.limit_in_bytes=536870912"));
        assertTrue(lines.indexOf("memory.limit_in_bytes=536870912")
                < lines.indexOf("memory.memsw.limit_in_bytes=" + (536870912 + (1 << 20))));
    }

    @Test
    void versionOneCountsTheBuffersOfSocketsWhichItWouldNotDoUnasked() {
        assertTrue(lines(new Version1(true), SMALL).contains("memory.kmem.tcp.limit_in_bytes=134217728"));
    }

    @Test
    void versionOneWithoutSwapAccountingWritesNoSwapLimitAndSaysSo() {
        assertTrue(lines(new Version1(false), SMALL).stream().noneMatch(line -> line.contains("memsw")));
        assertTrue(new Version1(false).gaps().toString().contains("swap"));
        assertTrue(new Version1(true).gaps().stream().noneMatch(gap -> gap.contains("swap")));
        assertEquals(List.of(), new Version2().gaps());
    }

    @Test
    void bothVersionsMeasureInTheSameUnits() throws IOException {
        Map<String, String> two = Map.ofEntries(
                Map.entry("cpu.stat", "usage_usec 1500\nuser_usec 1000\nnr_throttled 3\nthrottled_usec 70\n"),
                Map.entry("memory.current", "4096\n"),
                Map.entry("memory.swap.current", "512\n"),
                Map.entry("memory.events", "low 0\noom 3\noom_kill 2\n"),
                Map.entry("pids.current", "5\n"),
                Map.entry("pids.events", "max 9\n"),
                Map.entry(
                        "io.stat",
                        "254:0 rbytes=99 wbytes=99 rios=9 wios=9 dbytes=0 dios=0\n7:4 rbytes=11 wbytes=12 rios=1 wios=2 dbytes=0 dios=0\n"));
        Map<String, String> one = Map.ofEntries(
                Map.entry("cpuacct.usage", "1500000\n"),
                Map.entry("cpu.stat", "nr_periods 8\nnr_throttled 3\nthrottled_time 70000\n"),
                Map.entry("memory.usage_in_bytes", "4096\n"),
                Map.entry("memory.memsw.usage_in_bytes", "4608\n"),
                Map.entry("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n"),
                Map.entry("pids.current", "5\n"),
                Map.entry("pids.events", "max 9\n"),
                Map.entry(
                        "blkio.throttle.io_service_bytes",
                        "254:0 Read 99\n254:0 Write 99\n7:4 Read 11\n7:4 Write 12\n7:4 Total 23\nTotal 221\n"),
                Map.entry("blkio.throttle.io_serviced", "7:4 Read 1\n7:4 Write 2\n7:4 Sync 3\nTotal 3\n"));
        Dialect.Reading expected =
                new Dialect.Reading(1500, 70, 3, 4096, 512, 2, 0, 5, 9, new Dialect.Io(11, 12, 1, 2));
        for (var each : Map.of(new Version2(), two, new Version1(true), one).entrySet()) {
            Dialect.Files files = (controller, file) -> each.getValue().getOrDefault(file, "");
            assertEquals(expected, each.getKey().measure(files, files, DEVICES));
        }
    }

    @Test
    void aControllerThatIsMissingMeasuresZero() throws IOException {
        Dialect.Files none = (controller, file) -> "";
        for (Dialect dialect : List.of(new Version1(true), new Version2()))
            assertEquals(
                    new Dialect.Reading(0, 0, 0, 0, 0, 0, 0, 0, 0, Dialect.Io.NONE),
                    dialect.measure(none, none, DEVICES));
    }

    private static List<String> lines(Dialect dialect, Limits limits) {
        return dialect.settings(limits, DEVICES).stream()
                .map(s -> s.file() + "=" + s.value())
                .toList();
    }

    private static Limits limits(long cpuPercent, long memoryBytes, long pids, long diskBytes) {
        return Limits.of(
                Map.of("cpuPercent", cpuPercent, "memoryBytes", memoryBytes, "pids", pids, "diskBytes", diskBytes));
    }
}
