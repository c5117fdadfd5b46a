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
    void versionTwoWritesQuotaAndPeriodTogetherAndAllowsNoSwap() {
        assertEquals(
                List.of(
                        new Dialect.Setting("cpu", "cpu.max", "150000 100000"),
                        new Dialect.Setting("memory", "memory.swap.max", "0"),
                        new Dialect.Setting("memory", "memory.max", "536870912"),
                        new Dialect.Setting("pids", "pids.max", "256")),
                new Version2().settings(SMALL));
    }

    @Test
    void versionOneNeverLetsMemoryAndSwapTogetherFallBelowMemory() {
        List<String> files = new Version1(true)
                .settings(SMALL).stream().map(s -> s.file() + "=" + s.value()).toList();
        assertTrue(files.indexOf("memory.memsw.limit_in_bytes=-1") < files.indexOf("memory.limit_in_bytes=536870912"));
        assertTrue(files.indexOf("memory.limit_in_bytes=536870912")
                < files.indexOf("memory.memsw.limit_in_bytes=536870912"));
    }

    @Test
    void versionOneWithoutSwapAccountingWritesNoSwapLimit() {
        assertTrue(new Version1(false)
                .settings(SMALL).stream().noneMatch(s -> s.file().contains("memsw")));
    }

    @Test
    void bothVersionsMeasureInTheSameUnits() throws IOException {
        Map<String, String> two = Map.of(
                "cpu.stat", "usage_usec 1500\nuser_usec 1000\nthrottled_usec 70\n",
                "memory.current", "4096\n",
                "memory.events", "low 0\noom 3\noom_kill 2\n",
                "pids.current", "5\n",
                "pids.events", "max 9\n");
        Map<String, String> one = Map.of(
                "cpuacct.usage", "1500000\n",
                "cpu.stat", "nr_periods 1\nthrottled_time 70000\n",
                "memory.usage_in_bytes", "4096\n",
                "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
                "pids.current", "5\n",
                "pids.events", "max 9\n");
        Dialect.Reading expected = new Dialect.Reading(1500, 70, 4096, 2, 5, 9);
        assertEquals(expected, new Version2().measure((controller, file) -> two.getOrDefault(file, "")));
        assertEquals(expected, new Version1(true).measure((controller, file) -> one.getOrDefault(file, "")));
    }

    @Test
    void aControllerThatIsMissingMeasuresZero() throws IOException {
        assertEquals(new Dialect.Reading(0, 0, 0, 0, 0, 0), new Version2().measure((controller, file) -> ""));
    }

    private static Limits limits(long cpuPercent, long memoryBytes, long pids, long diskBytes) {
        return Limits.of(
                Map.of("cpuPercent", cpuPercent, "memoryBytes", memoryBytes, "pids", pids, "diskBytes", diskBytes));
    }
}
