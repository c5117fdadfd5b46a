package org.cloister.manager.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Whose turn it is, with workers that begin when the test says so. */
class LanesTest {

    private static final UUID ALICE = new UUID(0, 1);
    private static final UUID BOB = new UUID(0, 2);

    private final Queue<Runnable> begun = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();
    private final Lanes lanes = new Lanes();

    private void add(UUID tenant, String work) {
        lanes.add(tenant, begun::add, () -> done.add(work));
    }

    @Test
    void ofOneTenantNothingBeginsBeforeWhatCameFirstHasEnded() {
        add(ALICE, "start");
        add(ALICE, "stop");
        assertEquals(1, begun.size(), "no worker waits for another");
        begun.remove().run();
        assertEquals(List.of("start"), done);
        begun.remove().run();
        assertEquals(List.of("start", "stop"), done);
        assertTrue(begun.isEmpty());
    }

    @Test
    void othersComeBeforeTheNextOfATenantWhoHasMuchToBeDone() {
        for (String work : List.of("one", "two", "three")) add(ALICE, work);
        add(BOB, "bob");
        while (!begun.isEmpty()) begun.remove().run();
        assertEquals(List.of("one", "bob", "two", "three"), done);
    }

    @Test
    void aTenantIsBusyFromWhenWorkComesUntilTheLastOfItHasEnded() {
        assertFalse(lanes.isBusy(ALICE));
        add(ALICE, "start");
        add(ALICE, "stop");
        begun.remove().run();
        assertTrue(lanes.isBusy(ALICE));
        assertFalse(lanes.isBusy(BOB));
        begun.remove().run();
        assertFalse(lanes.isBusy(ALICE));
    }

    @Test
    void workThatBreaksOffKeepsTheNextFromNothing() {
        lanes.add(ALICE, begun::add, () -> {
            throw new IllegalStateException("broken");
        });
        add(ALICE, "stop");
        assertThrows(IllegalStateException.class, () -> begun.remove().run());
        begun.remove().run();
        assertEquals(List.of("stop"), done);
    }

    @Test
    void whoeverHasOtherWorkersWaitsForNobodyElsesTenant() {
        Queue<Runnable> others = new ArrayDeque<>();
        add(ALICE, "build");
        lanes.add(BOB, others::add, () -> done.add("freeze"));
        others.remove().run();
        assertEquals(List.of("freeze"), done);
        lanes.add(ALICE, others::add, () -> done.add("delete"));
        assertTrue(others.isEmpty(), "but for what came before it of its own");
        begun.remove().run();
        others.remove().run();
        assertEquals(List.of("freeze", "build", "delete"), done);
    }
}
