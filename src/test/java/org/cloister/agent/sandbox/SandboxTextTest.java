package org.cloister.agent.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.cloister.protocol.Inspection;
import org.cloister.protocol.Limits;
import org.cloister.protocol.TenantSpec;
import org.junit.jupiter.api.Test;

class SandboxTextTest {

    private static final TenantSpec EVE = new TenantSpec(
            UUID.randomUUID(),
            7,
            "eve",
            "bookworm",
            TenantSpec.Desired.RUNNING,
            0,
            limits(100, 512L << 20, 256, 1L << 30),
            null);

    private static final List<Step> STEPS = SandboxPlan.of(
                    EVE,
                    Path.of("/pool/eve"),
                    Path.of("/run/x/tenants/ct7.views"),
                    List.of(new ProcSteps.Entry("kcore", false), new ProcSteps.Entry("bus", true)),
                    Path.of("/run/x"),
                    new byte[8])
            .steps();

    private static int indexOf(Class<? extends Step> kind) {
        for (int i = 0; i < STEPS.size(); i++) if (kind.isInstance(STEPS.get(i))) return i;
        throw new AssertionError("no step " + kind.getSimpleName());
    }

    @Test
    void capabilitiesAreDroppedAfterEverythingThatNeedsThemAndBeforeItServes() {
        assertEquals(0, indexOf(Step.BecomeRoot.class));
        assertEquals(STEPS.size() - 1, indexOf(Step.Go.class));
        assertEquals(STEPS.size() - 2, indexOf(Step.Capabilities.class));
        assertEquals(STEPS.size() - 3, indexOf(Step.Filter.class));
        assertEquals(STEPS.size() - 4, indexOf(Step.Pivot.class));
    }

    @Test
    void theBoundingSetHoldsNoCapabilityThatRulesTheMachine() {
        // capabilities(7): NET_ADMIN 12, SYS_MODULE 16, SYS_RAWIO 17, SYS_ADMIN 21, SYS_BOOT 22, MKNOD 27, SYSLOG 34,
        // BPF 39
        for (int forbidden : new int[] {
            2, 9, 11, 12, 14, 15, 16, 17, 20, 21, 22, 23, 24, 25, 26, 27, 28, 30, 32, 33, 34, 35, 36, 37, 38, 39, 40
        }) assertEquals(0, SandboxPlan.CAPABILITIES >> forbidden & 1, "capability " + forbidden);
        assertEquals(14, Long.bitCount(SandboxPlan.CAPABILITIES));
    }

    @Test
    void everyMaskIsReadOnlyAndMustBeThere() {
        for (Step step : STEPS)
            if (step instanceof Step.Bind(String from, String to, long attributes) && from.contains("masks")) {
                assertEquals(0xf, attributes, to + " must be read-only, nosuid, nodev, noexec");
                assertFalse(step.optional(), to + ": a tenant without this mask must not start");
            }
    }

    @Test
    void aRootFileSystemMayHoldSetUidProgramsButNoDevices() {
        // the mount itself is made by the kernel; here only that it is the id-mapped one
        assertTrue(STEPS.get(1) instanceof Step.Root root && root.mount() instanceof Mount.IdMapped);
    }

    /** These are made where a tenant has removed them; one that is left out would keep it from starting. */
    @Test
    void everyDirectoryThatSomethingIsMountedOnAtTheTopIsKnown() {
        assertEquals(Set.of("dev", "proc", "run", "sys", "tmp"), MountPoints.names(new SandboxPlan(STEPS)));
    }

    @Test
    void startTicksAreReadBehindANameThatLies() {
        String stat = "7 (a) R (b) S 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4711 2 3 4";
        assertEquals(4711, ProcFiles.startTicks(stat));
    }

    @Test
    void socketsThatNobodyIsBilledForAreCountedByProtocol() {
        String protocols = """
                protocol  size sockets  memory press maxhdr  slab module
                PINGv6    1344      1      -1   NI       0   yes  kernel
                PING      1016      2      -1   NI       0   yes  kernel
                UDP       1344    700      12   NI       0   yes  kernel
                NETLINK   1096    300      -1   NI       0   no   kernel
                """;
        assertEquals(303, UnbilledSockets.count(protocols));
        assertEquals(0, UnbilledSockets.count(""));
        assertEquals(256, UnbilledSockets.descriptors("Name:\tperl\nFDSize:\t256\nGroups:\n"));
    }

    @Test
    void aZombieIsNotAlive() {
        assertEquals(-1, ProcFiles.startTicks("7 (x) Z 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4711 2 3 4"));
    }

    @Test
    void aProcessIsShownWithItsIdsInsideAndOutside() {
        String status = "Name:\ttail\nUid:\t1879506945\t0\t0\t0\nNSpid:\t4711\t9\nVmRSS:\t     100 kB\n";
        assertEquals(
                new Inspection.Process(4711, 9, 1879506945L, 1, "[tail]", 102_400),
                ProcFiles.process(4711, 1879506944L, status, ""));
    }

    @Test
    void everyStepOfThePlanIsOneThatTenantInitKnows() throws Exception {
        String source = java.nio.file.Files.readString(Path.of("src/main/c/tenant-init.c"));
        for (Step step : STEPS)
            assertTrue(
                    source.contains("\"" + step.words().getFirst() + "\""),
                    "tenant-init does not know " + step.words().getFirst());
        assertFalse(source.contains("system("));
    }

    private static Limits limits(long cpuPercent, long memoryBytes, long pids, long diskBytes) {
        return Limits.of(
                Map.of("cpuPercent", cpuPercent, "memoryBytes", memoryBytes, "pids", pids, "diskBytes", diskBytes));
    }
}
