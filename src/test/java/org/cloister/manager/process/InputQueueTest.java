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
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class InputQueueTest {

    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final AtomicInteger taken = new AtomicInteger();
    private final InputQueue queue = new InputQueue(tasks::add, taken::addAndGet);
    private final ByteArrayOutputStream process = new ByteArrayOutputStream();
    private final AtomicBoolean closed = new AtomicBoolean();

    @Test
    void whatComesBeforeTheProcessWaitsForIt() {
        put(new byte[] {1, 2});
        assertTrue(tasks.isEmpty());
        queue.open(Channels.newChannel(process), null, () -> closed.set(true));
        put(new byte[] {3});
        run();
        assertArrayEquals(new byte[] {1, 2, 3}, process.toByteArray());
        assertEquals(3, taken.get());
        assertFalse(closed.get());
    }

    @Test
    void theWindowIsGivenBackOnlyAfterTheWrite() {
        queue.open(Channels.newChannel(process), null, null);
        put(new byte[100]);
        assertEquals(0, taken.get());
        run();
        assertEquals(100, taken.get());
    }

    @Test
    void endOfFileComesAfterTheLastByte() {
        put(new byte[] {1});
        queue.end();
        queue.open(Channels.newChannel(process), null, () -> {
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
        busy.open(Channels.newChannel(process), null, () -> {
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
        queue.open(broken, null, null);
        put(new byte[10]);
        run();
        put(new byte[5]);
        run();
        assertEquals(15, taken.get());
    }

    @Test
    void whatWaitsForAProcessThatNeverComesIsGivenBack() {
        put(new byte[10]);
        queue.discard();
        run();
        assertEquals(10, taken.get());
    }

    @Test
    void whatThereIsRoomForIsWrittenAtOnceAndTheRestIsNotOvertaken() {
        Pipe pipe = new Pipe(5);
        queue.open(Channels.newChannel(process), pipe, null);
        byte[] packet = {1, 2, 3};
        queue.put(packet, 1, 2);
        assertArrayEquals(new byte[] {2, 3}, process.toByteArray());
        assertEquals(2, taken.get());
        assertTrue(tasks.isEmpty(), "nobody was woken");
        put(new byte[] {4, 5, 6, 7});
        assertEquals(5, taken.get());
        pipe.room = 100;
        packet[0] = 8;
        queue.put(packet, 0, 1);
        packet[0] = 9; // the client's array serves its next packet
        run();
        assertArrayEquals(new byte[] {2, 3, 4, 5, 6, 7, 8}, process.toByteArray());
        assertEquals(7, taken.get());
        put(new byte[] {10});
        assertTrue(tasks.isEmpty(), "once nothing waits, nobody is woken again");
        assertEquals(8, taken.get());
    }

    @Test
    @Timeout(120)
    void processesThatHoldTheirPipesHoldFewThreadsAndNobodyWhoEndsThem() throws InterruptedException {
        CountDownLatch free = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(InputQueue.AT_ONCE);
        List<InputQueue> stuck = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        Pipe holding = new Pipe(100) {
            @Override
            public int write(ByteBuffer bytes) {
                held.countDown();
                try {
                    free.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return bytes.remaining();
            }
        };
        for (int i = 0; i < InputQueue.AT_ONCE; i++) {
            InputQueue one = new InputQueue(tasks::add, taken::addAndGet);
            one.open(holding, holding, () -> closed.set(true));
            stuck.add(one);
            threads.add(Thread.ofPlatform().daemon().start(() -> one.put(new byte[1], 0, 1)));
        }
        assertTrue(held.await(60, TimeUnit.SECONDS));

        queue.open(Channels.newChannel(process), holding, null);
        put(new byte[] {1, 2});
        run();
        assertArrayEquals(new byte[] {1, 2}, process.toByteArray(), "another is served by a borrowed thread");
        stuck.getFirst().end();
        stuck.getLast().discard();
        assertFalse(closed.get(), "not before the last byte");

        free.countDown();
        for (Thread thread : threads) thread.join();
        run();
        assertTrue(closed.get());
        assertEquals(2 + InputQueue.AT_ONCE, taken.get());
        Pipe pipe = new Pipe(1);
        queue.open(Channels.newChannel(process), pipe, null);
        put(new byte[] {3});
        assertEquals(0, pipe.room, "the permits are back");
    }

    /** Leads to the process, and takes what there is room for. */
    private class Pipe implements WritableByteChannel {

        private int room;

        Pipe(int room) {
            this.room = room;
        }

        @Override
        public int write(ByteBuffer bytes) {
            int size = Math.min(room, bytes.remaining());
            room -= size;
            for (int i = 0; i < size; i++) process.write(bytes.get());
            return size;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private void put(byte[] packet) {
        queue.put(packet, 0, packet.length);
    }

    private void run() {
        while (!tasks.isEmpty()) tasks.poll().run();
    }
}
