package org.cloister.manager.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class WindowBudgetTest {

    private final WindowBudget budget = new WindowBudget();

    @Test
    void windowsShrinkAndNeverExceedTheBudget() {
        long sum = 0;
        long before = WindowBudget.LARGEST;
        for (int i = 0; i < 10_000; i++) {
            long window = budget.take(UUID.randomUUID());
            assertTrue(window <= before && (window == 0 || window >= WindowBudget.SMALLEST));
            before = window;
            sum += window;
        }
        assertEquals(0, before);
        assertTrue(sum <= WindowBudget.ALL);
    }

    @Test
    void oneTenantCannotTakeAllAndGetsWhatTheLargestPlanAllows() {
        UUID eve = UUID.randomUUID();
        int windows = 0;
        while (budget.take(eve) > 0) windows++;
        assertTrue(windows >= 256, "only " + windows);
        assertTrue(budget.take(UUID.randomUUID()) > 0);
    }

    @Test
    void hundredsOfTenantsAreServedAtATime() {
        for (int i = 0; i < 400; i++) assertTrue(budget.take(UUID.randomUUID()) > 0, "only " + i);
    }

    @Test
    void whatIsGivenBackIsGivenAgain() {
        UUID alice = UUID.randomUUID();
        for (int round = 0; round < 100; round++) {
            List<Long> windows = new ArrayList<>();
            for (int i = 0; i < 100; i++) windows.add(budget.take(alice));
            assertEquals(WindowBudget.LARGEST, windows.get(0));
            windows.forEach(window -> budget.giveBack(alice, window));
        }
    }
}
