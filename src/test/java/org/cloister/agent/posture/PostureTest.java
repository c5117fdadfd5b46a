package org.cloister.agent.posture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloister.protocol.Limits;
import org.cloister.protocol.PostureCheck;
import org.cloister.protocol.PostureCheck.State;
import org.cloister.protocol.Slot;
import org.junit.jupiter.api.Test;

/** Every judgement, from the text that the kernel gives: the bad state first, the good one as the control. */
class PostureTest {

    private static final LocalDate TODAY = LocalDate.of(2026, 11, 22);
    private static final String DEBIAN = "Linux version 6.1.0-50-amd64 (debian-kernel@lists.debian.org) (gcc-12) #1 SMP"
            + " PREEMPT_DYNAMIC Debian 6.1.170-1 (2026-10-02)";

    private static Demand sold(int tenants) {
        return Demand.of(Collections.nCopies(
                tenants,
                Limits.of(
                        Map.of("cpuPercent", 100L, "memoryBytes", 8L << 30, "pids", 8_192L, "diskBytes", 64L << 30))));
    }

    /** A machine of nothing but these settings. */
    private static Map<String, PostureCheck> settings(Demand demand, Map<String, String> values) {
        Source source = new Source() {
            @Override
            public Optional<String> text(String path) {
                return Optional.ofNullable(
                        values.get(path.replaceFirst("^/proc/sys/", "").replace('/', '.')));
            }

            @Override
            public List<String> names(String directory) {
                return List.of();
            }

            @Override
            public Optional<String> output(String... command) {
                return Optional.empty();
            }
        };
        try {
            Map<String, PostureCheck> checks = new HashMap<>();
            Posture posture =
                    new Posture(new Posture.Place("cloister", Path.of("/"), new Slot(1), new Slot(2)), source);
            for (PostureCheck check : posture.settings(demand)) checks.put(check.id(), check);
            return checks;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static PostureCheck setting(String key, String value) {
        return settings(sold(0), Map.of(key, value)).get(key);
    }

    private static State state(String key, String value) {
        return setting(key, value).state();
    }

    @Test
    void aNumberOfTheKernelsIsReadWhole() throws IOException, InterruptedException {
        for (String path : List.of("/proc/sys/kernel/pid_max", "/proc/sys/fs/file-max", "/proc/version")) {
            Process cat = new ProcessBuilder("cat", path).start();
            String text = new String(cat.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            assertEquals(0, cat.waitFor());
            assertEquals(Optional.of(text), Source.MACHINE.text(path));
        }
        assertEquals(Optional.empty(), Source.MACHINE.text("/proc/sys/kernel/no_such_setting"));
    }

    @Test
    void whatIsNotAsItShouldBeSaysTheRiskAndHowItIsMended() {
        PostureCheck check = setting("kernel.kptr_restrict", "0");
        assertEquals(State.WEAK, check.state());
        assertEquals("1 or more", check.expected());
        assertEquals("0", check.found());
        assertEquals("ops/harden kernel.kptr_restrict", check.mend());
        assertEquals("1", check.setting().value());
        PostureCheck good = setting("kernel.kptr_restrict", "2");
        assertEquals(State.GOOD, good.state());
        assertEquals("", good.mend());
        assertNull(good.setting());
    }

    @Test
    void everyRiskIsOneSentenceOrTwoAndEverySettingHasOne() {
        for (PostureCheck check : settings(sold(1), Map.of()).values()) {
            assertTrue(check.risk().matches("[A-Z].{30,330}[.]"), check.id() + ": " + check.risk());
            assertFalse(check.risk().contains("  "), check.risk());
        }
    }

    @Test
    void aTenantsCrashDoesNotReachAProgramOfTheMachine() {
        assertEquals(State.OPEN, state("kernel.core_pattern", "|/usr/share/apport/apport -p%p -s%s"));
        assertEquals(State.OPEN, state("kernel.core_pattern", "@/run/systemd/coredump.socket"));
        assertEquals(State.GOOD, state("kernel.core_pattern", "core"));
        assertEquals(State.OPEN, state("fs.suid_dumpable", "1"));
        assertEquals(State.OPEN, state("fs.suid_dumpable", "2"));
        assertEquals(State.GOOD, state("fs.suid_dumpable", "0"));
    }

    @Test
    void processNumbersMustBeEnoughForAllTenantsAtTheirLimits() {
        Map<String, String> small = Map.of("kernel.pid_max", "32768");
        PostureCheck check = settings(sold(4), small).get("kernel.pid_max");
        assertEquals(State.OPEN, check.state());
        assertEquals((4 * (8_192 + 16) + 4_096) + " or more", check.expected());
        assertEquals("4194304", check.setting().value());
        assertEquals(State.GOOD, settings(sold(3), small).get("kernel.pid_max").state());
    }

    @Test
    void terminalsMustBeEnoughForAllTenantsBesideThoseThatTheKernelKeepsBack() {
        Map<String, String> usual = Map.of("kernel.pty.max", "4096", "kernel.pty.reserve", "1024");
        PostureCheck check = settings(sold(48), usual).get("kernel.pty.max");
        assertEquals(State.OPEN, check.state(), "48 times 64 are the 3,072 that are left");
        assertEquals("8192", check.setting().value());
        assertEquals(State.GOOD, settings(sold(47), usual).get("kernel.pty.max").state());
    }

    @Test
    void connectionsMustFitIntoTheTableTogether() {
        Map<String, String> usual = Map.of("net.netfilter.nf_conntrack_max", "65536");
        assertEquals(
                State.OPEN,
                settings(sold(31), usual).get("net.netfilter.nf_conntrack_max").state());
        assertEquals(
                State.GOOD,
                settings(sold(30), usual).get("net.netfilter.nf_conntrack_max").state());
    }

    @Test
    void aSettingThatTheKernelLacksIsGoodOnlyWhereWhatItGovernsIsLackingToo() {
        Map<String, PostureCheck> none = settings(sold(0), Map.of());
        assertEquals(State.GOOD, none.get("kernel.kexec_load_disabled").state());
        PostureCheck old = none.get("dev.tty.legacy_tiocsti");
        assertEquals(State.WEAK, old.state());
        assertEquals("a newer kernel", old.mend());
        assertNull(old.setting(), "there is nothing to write");
    }

    @Test
    void whatCannotBeReadAsANumberIsNotGood() {
        assertEquals(State.WEAK, state("kernel.kptr_restrict", ""));
        assertEquals(State.OPEN, state("vm.panic_on_oom", "no"));
    }

    @Test
    void whatCannotBeTakenBackSaysSo() {
        assertTrue(setting("kernel.kexec_load_disabled", "0").setting().irreversible());
        assertFalse(setting("kernel.kptr_restrict", "0").setting().irreversible());
        // 1 would stay until the next boot (sysctl/kernel.rst); 2 can be taken back.
        assertEquals(
                "2", setting("kernel.unprivileged_bpf_disabled", "0").setting().value());
    }

    @Test
    void sysrqMayKeepWhatEndsAMachineInOrder() {
        assertEquals(State.WEAK, state("kernel.sysrq", "1"));
        assertEquals(State.WEAK, state("kernel.sysrq", "438"));
        assertEquals(State.GOOD, state("kernel.sysrq", "176"));
        assertEquals(State.GOOD, state("kernel.sysrq", "0"));
    }

    @Test
    void aTableThatIsNotUnderstoodIsRefused() {
        for (String table : List.of(
                "weak a.b >= 1",
                "weak a.b > 1\n    Risk.",
                "perhaps a.b >= 1\n    Risk.",
                "weak a.b >=\n    Risk.",
                "weak a.b >= 1 soon\n    Risk.",
                "    Risk.")) assertThrows(IllegalArgumentException.class, () -> Sysctl.parse(table), table);
        assertEquals(
                1,
                Sysctl.parse("# why\n\nweak a.b >= 1\n    Risk.\n    costs much\n")
                        .size());
    }

    private static State processor(String id, Map<String, String> vulnerabilities, String threads) {
        return of(id, Processor.judge(vulnerabilities, threads)).state();
    }

    private static PostureCheck of(String id, List<PostureCheck> checks) {
        return checks.stream()
                .filter(check -> check.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aProcessorIsOpenByWhatTheKernelDoesNotCallMitigated() {
        for (String word :
                List.of("Vulnerable", "Vulnerable: No microcode", "Unknown: No mitigations", "Processor vulnerable"))
            assertEquals(State.OPEN, processor("cpu.vulnerabilities", Map.of("mds", word), "0"), word);
        assertEquals(State.OPEN, processor("cpu.vulnerabilities", Map.of(), "0"), "a kernel that does not say");
        for (String word : List.of("Not affected", "Mitigation: PTI", "KVM: Mitigation: VMX disabled"))
            assertEquals(State.GOOD, processor("cpu.vulnerabilities", Map.of("mds", word), "0"), word);
    }

    @Test
    void twoThreadsOnACoreAreWorseWhereTheKernelSaysThatTheyLeak() {
        Map<String, String> leaks = Map.of("mds", "Mitigation: Clear CPU buffers; SMT vulnerable");
        assertEquals(State.OPEN, processor("cpu.threads", leaks, "1"));
        assertEquals(State.WEAK, processor("cpu.threads", Map.of("mds", "Not affected"), "1"));
        assertEquals(State.GOOD, processor("cpu.threads", leaks, "0"));
    }

    private static PostureCheck kernel(String id, String version) {
        return of(id, Kernel.judge(version, Optional.of("btrfs 1 0"), Optional.of("0"), TODAY));
    }

    @Test
    void aReleaseWithAKnownBugIsOpenAndNamesIt() {
        PostureCheck check = kernel("kernel.bugs", "Linux version 6.1.36 (x) #1 SMP Tue Jun 27 10:00:00 UTC 2023");
        assertEquals(State.OPEN, check.state());
        assertTrue(check.found().contains("CVE-2023-3269") && check.found().contains("CVE-2024-1086"), check.found());
        assertEquals(
                State.OPEN,
                kernel("kernel.bugs", "Linux version 6.18.22 (x) #1 SMP").state());
        assertEquals(
                State.GOOD, kernel("kernel.bugs", "Linux version 6.18.23 (x)").state());
        assertEquals(State.OPEN, kernel("kernel.bugs", "").state(), "a release that cannot be read");
    }

    @Test
    void debiansReleaseIsTheOneThatItWasBuiltFrom() {
        assertEquals(Optional.of(new Release(6, 1, 170)), Release.of(DEBIAN));
        assertEquals(State.GOOD, kernel("kernel.bugs", DEBIAN).state(), "6.1.0 would have them all");
        assertEquals(
                State.OPEN,
                kernel("kernel.bugs", DEBIAN.replace("6.1.170", "6.1.20")).state());
    }

    @Test
    void anOldKernelIsWeakWhateverIsKnownOfIt() {
        assertEquals(
                State.WEAK,
                kernel("kernel.age", DEBIAN.replace("2026-10-02", "2026-07-24")).state());
        assertEquals(State.GOOD, kernel("kernel.age", DEBIAN).state());
        assertEquals(
                State.GOOD,
                kernel("kernel.age", "Linux version 6.18.9 (x) #1 SMP Tue Nov  3 12:00:00 UTC 2026")
                        .state());
        assertEquals(
                State.WEAK,
                kernel("kernel.age", "Linux version 6.18.9 (x) #1 SMP @0").state());
    }

    @Test
    void aKernelThatLoadsDriversForAnybodyIsWeak() {
        assertEquals(State.WEAK, kernel("kernel.modules", DEBIAN).state());
        for (var locked : List.of(
                Kernel.judge(DEBIAN, Optional.of("btrfs 1 0"), Optional.of("1"), TODAY),
                Kernel.judge(DEBIAN, Optional.empty(), Optional.empty(), TODAY)))
            assertEquals(State.GOOD, of("kernel.modules", locked).state());
    }

    @Test
    void swapInTheClearIsWeak() {
        String swaps =
                "Filename\tType\tSize\tUsed\tPriority\n/dev/dm-1 partition 1 0 -2\n/dev/zram0 partition 1 0 100\n";
        assertEquals(State.WEAK, Places.swap(swaps, name -> "LVM-x").state());
        assertEquals("/dev/dm-1 in the clear", Places.swap(swaps, name -> "").found());
        assertEquals(
                State.GOOD,
                Places.swap(swaps, name -> name.equals("dm-1") ? "CRYPT-PLAIN-x" : "")
                        .state());
        assertEquals(
                State.GOOD,
                Places.swap(swaps.lines().findFirst().orElseThrow() + "\n", name -> "")
                        .state());
    }

    @Test
    void thePoolIsOpenWhereSetuidProgramsInItAreHonoured() {
        String line = "41 27 0:40 / /var/lib/cloister/pool rw,nosuid,nodev,noatime - btrfs /dev/loop0 rw\n";
        String pool = "/var/lib/cloister/pool";
        assertEquals(
                State.OPEN,
                of("mounts.pool", Places.mounts(line.replace("nosuid,", ""), pool))
                        .state());
        assertEquals(State.OPEN, of("mounts.pool", Places.mounts("", pool)).state(), "not mounted");
        assertEquals(State.GOOD, of("mounts.pool", Places.mounts(line, pool)).state());
        String tmp = "50 27 0:50 / /tmp rw,relatime - tmpfs tmpfs rw\n";
        assertEquals(
                State.WEAK, of("mounts.shared", Places.mounts(line + tmp, pool)).state());
        assertEquals(
                State.GOOD,
                of("mounts.shared", Places.mounts(line + tmp.replace("rw,relatime", "rw,nosuid,nodev"), pool))
                        .state());
    }

    @Test
    void aMachineThatForwardsForAnybodyIsWeakUnlessAChainDrops() {
        String drops = "{\"nftables\":[{\"chain\":{\"family\":\"ip\",\"table\":\"filter\",\"name\":\"FORWARD\","
                + "\"type\":\"filter\",\"hook\":\"forward\",\"prio\":0,\"policy\":\"drop\"}}]}";
        assertEquals(
                State.WEAK,
                Routing.judge("1", "0", drops.replace("drop", "accept"))
                        .getFirst()
                        .state());
        assertEquals(State.WEAK, Routing.judge("1", "0", "not json").getFirst().state());
        assertEquals(State.WEAK, Routing.judge("1", "1", drops).getLast().state(), "that chain sees IPv4 alone");
        assertEquals(State.GOOD, Routing.judge("1", "0", drops).getFirst().state());
        assertEquals(State.GOOD, Routing.judge("0", "0", "{}").getFirst().state());
    }

    @Test
    void idsThatSomebodyElseHasAsWellAreOpen() {
        long first = new Slot(1).firstUid();
        long last = first + Slot.IDS - 1;
        String own = "cloister-ids:" + first + ":" + Slot.IDS + "\n";
        assertEquals(
                State.OPEN,
                Ids.judge(first, last, "cloister-ids", List.of(own + "bob:" + last + ":65536\n"), List.of())
                        .state());
        assertEquals(
                State.OPEN,
                Ids.judge(first, last, "cloister-ids", List.of(own), List.of("bob:x:" + first + ":1::/:/bin/sh"))
                        .state());
        assertEquals(
                State.GOOD,
                Ids.judge(
                                first,
                                last,
                                "cloister-ids",
                                List.of(own + "bob:" + (last + 1) + ":65536\n"),
                                List.of("root:x:0:"))
                        .state());
    }

    @Test
    void whatIsSoldAndNotThereIsOpen() {
        Capacity.Sizes enough = new Capacity.Sizes(32L << 30, 256L << 30, 10L << 30, 10L << 30);
        for (PostureCheck check : Capacity.judge(sold(3), enough)) assertEquals(State.GOOD, check.state(), check.id());
        assertEquals(
                State.OPEN, of("memory.sold", Capacity.judge(sold(4), enough)).state(), "nothing for the machine");
        assertEquals(
                State.OPEN, of("disk.sold", Capacity.judge(sold(5), enough)).state());
        Capacity.Sizes thin = new Capacity.Sizes(32L << 30, 256L << 30, (10L << 30) + 1, 10L << 30);
        assertEquals(
                State.OPEN, of("disk.backed", Capacity.judge(sold(0), thin)).state());
    }
}
