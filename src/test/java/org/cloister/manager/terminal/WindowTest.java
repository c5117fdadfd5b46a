package org.cloister.manager.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class WindowTest {

    private final Window window = new Window(10);

    @Test
    void nobodyTakesWhatWasNotSent() throws InterruptedException {
        assertFalse(window.giveBack(1));
        assertEquals(4, window.take(4));
        assertFalse(window.giveBack(5));
        assertFalse(window.giveBack(-1));
        assertTrue(window.giveBack(4));
        assertFalse(window.giveBack(Integer.MAX_VALUE));
    }

    @Test
    void whoeverWaitsGetsWhatIsGivenBackAndNoMore() throws InterruptedException {
        assertEquals(10, window.take(30));
        CompletableFuture<Integer> waiting = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                waiting.complete(window.take(8));
            } catch (InterruptedException e) {
                waiting.completeExceptionally(e);
            }
        });
        assertTrue(window.giveBack(3));
        assertEquals(3, waiting.join());
    }

    @Test
    void whoeverWaitsForAPageThatIsGoneGetsNothing() throws InterruptedException {
        assertEquals(10, window.take(10));
        CompletableFuture<Integer> waiting = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                waiting.complete(window.take(1));
            } catch (InterruptedException e) {
                waiting.completeExceptionally(e);
            }
        });
        window.close();
        assertEquals(0, waiting.join());
        assertEquals(0, window.take(1));
    }
}
