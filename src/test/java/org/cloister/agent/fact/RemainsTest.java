package org.cloister.agent.fact;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.cloister.protocol.Slot;
import org.junit.jupiter.api.Test;

/** Whether a process is one of a slot's, by what /proc says of it. */
class RemainsTest {

    private static final Slot SLOT = new Slot(7);
    private static final long FIRST = SLOT.firstUid();
    private static final String ELSEWHERE = "12:pids:/here/ct70/payload\n0::/here/ct70/payload\n";

    private static String status(String state, long uid, long gid, String groups) {
        return "Name:\tsleep\nState:\t" + state + "\nPid:\t4711\nUid:\t0\t" + uid + "\t0\t0\nGid:\t" + gid
                + "\t0\t0\t0\nFDSize:\t64\nGroups:\t" + groups + " \nSeccomp:\t2\n";
    }

    private static boolean isOf(String status, String cgroup) {
        return Remains.isOf(SLOT, status, cgroup);
    }

    @Test
    void aProcessWithAnyIdOfTheRangeIsOne() {
        assertTrue(isOf(status("S (sleeping)", FIRST, 0, ""), ELSEWHERE));
        assertTrue(isOf(status("S (sleeping)", 0, FIRST + Slot.IDS - 1, ""), ELSEWHERE));
        assertTrue(isOf(status("S (sleeping)", 0, 0, "4 " + (FIRST + 5)), ELSEWHERE));
    }

    @Test
    void aProcessInItsCgroupIsOneWhateverItsIds() {
        assertTrue(isOf(status("S (sleeping)", 0, 0, ""), "12:pids:/\n0::/here/ct7/payload\n"));
        assertTrue(isOf(status("S (sleeping)", 0, 0, ""), "12:pids:/here/ct7\n0::/\n"));
    }

    @Test
    void anotherSlotsAndTheMachinesAreNot() {
        assertFalse(isOf(status("S (sleeping)", FIRST - 1, FIRST + Slot.IDS, "0 4"), ELSEWHERE));
        assertFalse(isOf(status("S (sleeping)", 0, 0, ""), "0::/\n"));
        assertFalse(isOf("", ""), "it has ended");
    }

    @Test
    void aZombieIsNotForItCanDoNothingMore() {
        assertFalse(isOf(status("Z (zombie)", FIRST, FIRST, ""), "0::/here/ct7\n"));
    }
}
