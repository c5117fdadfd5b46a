package org.cloister.agent.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cloister.protocol.Reply;
import org.junit.jupiter.api.Test;

class StorageTextTest {

    @Test
    void subvolumesAreReadWithTheirBlanks() {
        assertEquals(
                List.of(Path.of("templates/bookworm"), Path.of("tenants/a/root/two words")), SubvolumeList.paths("""
                        ID 257 gen 21 top level 5 path templates/bookworm
                        ID 260 gen 40 top level 258 path tenants/a/root/two words
                        """));
    }

    @Test
    void onlyGroupsBelowTheSlotAreItsMembers() {
        String shown = """
                Qgroupid    Referenced    Exclusive Parent     Child   Path
                --------    ----------    --------- ------     -----   ----
                0/5              16384        16384 -          -       <toplevel>
                0/257         31473664     31473664 1/7        -       s
                0/258            16384        16384 1/70       -       t
                0/259            16384        16384 1/3,1/7    -       <under deletion>
                1/7           31473664     31473664 -          0/257   <0 member qgroups>
                """;
        assertEquals(List.of("0/257", "0/259"), QgroupList.members(shown, "1/7"));
    }

    @Test
    void onlyGroupsWhoseSubvolumeIsGoneAndThatHoldNothingAreSpent() {
        String shown = """
                Qgroupid    Referenced    Exclusive Parent     Child   Path
                --------    ----------    --------- ------     -----   ----
                0/257                0            0 1/7        -       tenants/a/root
                0/258                0            0 1/7        -       <stale>
                0/259            16384        16384 1/7        -       <stale>
                0/260                0            0 1/70       -       <stale>
                1/7              16384        16384 -          0/257,0/258,0/259   <0 member qgroups>
                """;
        assertEquals(List.of("0/258"), QgroupList.spent(shown, "1/7"));
    }

    @Test
    void aPoolNeverPromisesMoreThanADiskHas() {
        long gib = 1L << 30;
        assertEquals(50 * gib, Pool.usualBytes(100 * gib));
        assertEquals(4 * gib, Pool.usualBytes(6 * gib));
        assertEquals(2 * gib, Pool.usualBytes(3 * gib));
        assertEquals(0, Pool.usualBytes(gib / 2));
    }

    @Test
    void progressOfDebootstrapNeverGoesBackAndEndsBelowDone() {
        List<Reply.Progress> told = new ArrayList<>();
        DebootstrapProgress progress = new DebootstrapProgress(told::add);
        progress.line("I: Retrieving InRelease");
        progress.line("I: Retrieving Packages");
        progress.line("I: Resolving dependencies of required packages...");
        for (int i = 0; i < 118; i++) progress.line("I: Retrieving package" + i + " 1.0");
        for (String phase : List.of("Extracting", "Unpacking", "Configuring"))
            for (int i = 0; i < 118; i++) progress.line("I: " + phase + " package" + i + "...");
        assertEquals(118, progress.packages());
        int before = 0;
        for (Reply.Progress each : told) {
            assertTrue(each.percent() >= before, each.toString());
            before = each.percent();
        }
        assertTrue(before > 90 && before < 100, "it ends at " + before);
        assertTrue(told.stream().anyMatch(p -> p.message().contains("package7 1.0 (8)")), "packages so far are told");
    }

    @Test
    void lastWordsOfAFailedBuildAreKept() {
        DebootstrapProgress progress = new DebootstrapProgress(p -> {});
        progress.line("I: Retrieving InRelease");
        progress.line("E: Failed getting release file http://mirror/dists/bookworm/Release");
        progress.line("");
        assertEquals("E: Failed getting release file http://mirror/dists/bookworm/Release", progress.lastWords());
    }
}
