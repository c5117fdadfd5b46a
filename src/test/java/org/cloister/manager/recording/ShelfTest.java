package org.cloister.manager.recording;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShelfTest {

    private final Deque<Long> ended = new ArrayDeque<>(List.of(30L, 20L, 40L));
    private final Shelf shelf = new Shelf(60, 100, () -> ended.isEmpty() ? 0 : ended.pop(), 90);

    @Test
    void oneRecordingTakesNoMoreThanItsShare() throws IOException {
        Recorder.Room one = shelf.one();
        assertTrue(one.take(60));
        assertFalse(one.take(1));
    }

    @Test
    void theOldestGoFirstAndNoMoreThanNeeded() throws IOException {
        Recorder.Room one = shelf.one();
        assertTrue(one.take(10));
        assertEquals(3, ended.size());
        assertTrue(one.take(1));
        assertEquals(List.of(20L, 40L), List.copyOf(ended));
        assertTrue(one.take(31)); // 71 + 31
        assertEquals(List.of(40L), List.copyOf(ended));
    }

    @Test
    void whatGoesOnIsNeverRemovedForRoom() throws IOException {
        assertTrue(shelf.one().take(60));
        assertTrue(shelf.one().take(40));
        assertTrue(ended.isEmpty());
        assertFalse(shelf.one().take(1));
        shelf.measure(() -> 50);
        assertTrue(shelf.one().take(50));
    }
}
