package org.cloister.manager.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InputQueueTest {

    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final AtomicInteger taken = new AtomicInteger();
    private final InputQueue queue = new InputQueue(tasks::add, taken::addAndGet);
    private final ByteArrayOutputStream process = new ByteArrayOutputStream();
    private final AtomicBoolean closed = new AtomicBoolean();

    @Test
    void whatComesBeforeTheProcessWaitsForIt() {
        queue.put(new byte[] {1, 2});
        assertTrue(tasks.isEmpty());
        queue.open(Channels.newChannel(process), () -> closed.set(true));
        queue.put(new byte[] {3});
        run();
        assertArrayEquals(new byte[] {1, 2, 3}, process.toByteArray());
        assertEquals(3, taken.get());
        assertFalse(closed.get());
    }

    @Test
    void theWindowIsGivenBackOnlyAfterTheWrite() {
        queue.open(Channels.newChannel(process), null);
        queue.put(new byte[100]);
        assertEquals(0, taken.get());
        run();
        assertEquals(100, taken.get());
    }

    @Test
    void endOfFileComesAfterTheLastByte() {
        queue.put(new byte[] {1});
        queue.end();
        queue.open(Channels.newChannel(process), () -> {
            assertEquals(1, process.size());
            closed.set(true);
        });
        run();
        assertTrue(closed.get());
    }

    @Test
    void whoeverIsToldOfTheEndMayWaitForOneWhoIsAboutToSaySo() throws InterruptedException {
        InputQueue busy = new InputQueue(task -> Thread.ofPlatform().daemon().start(task), taken::addAndGet);
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch said = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        busy.open(Channels.newChannel(process), () -> {
            told.countDown();
            try {
                closed.set(said.await(60, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            over.countDown();
        });
        busy.end();
        assertTrue(told.await(60, TimeUnit.SECONDS));
        busy.end(); // what comes from the client comes on a thread that reads for its whole connection
        said.countDown();
        assertTrue(over.await(120, TimeUnit.SECONDS));
        assertTrue(closed.get(), "the one waited for the other");
    }

    @Test
    void whatAProcessNoLongerReadsIsThrownAwayAndGivenBack() {
        WritableByteChannel broken = new WritableByteChannel() {
            @Override
            public int write(ByteBuffer bytes) throws IOException {
                throw new IOException("Broken pipe");
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {}
        };
        queue.open(broken, null);
        queue.put(new byte[10]);
        run();
        queue.put(new byte[5]);
        run();
        assertEquals(15, taken.get());
    }

    @Test
    void whatWaitsForAProcessThatNeverComesIsGivenBack() {
        queue.put(new byte[10]);
        queue.discard();
        run();
        assertEquals(10, taken.get());
    }

    private void run() {
        while (!tasks.isEmpty()) tasks.poll().run();
    }
}
