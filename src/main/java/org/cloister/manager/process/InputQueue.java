package org.cloister.manager.process;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.IntConsumer;

/**
 * From the client to a process's standard input. What the process has room for is written by the thread that puts it in,
 * while the bytes lie in its processor's cache and nobody needs to be woken; a borrowed thread writes the rest. What lies
 * in the queue is bounded by the client's window, which is given back only after the process took the bytes.
 *
 * <p>Even a write that does not wait for room waits for a reader that is at the pipe, and a tenant can make one's page
 * fault take as long as it likes: the reader holds the pipe's lock meanwhile (pipe_read in fs/pipe.c; seen with
 * userfaultfd, which tenants are refused, but a slow disk or a spent processor share does it too). So only
 * {@link #AT_ONCE} threads of the whole process may be at it; whoever comes while they are uses a borrowed thread, and a
 * tenant that holds them all has slowed others down by a wake-up.
 */
public final class InputQueue {

    /** Threads that write at once, at most. Whoever puts in needs more than these. */
    public static final int AT_ONCE = 4;

    private static final Semaphore WRITING_AT_ONCE = new Semaphore(AT_ONCE);

    private final Executor threads;
    private final IntConsumer taken;
    private final Deque<byte[]> packets = new ArrayDeque<>();
    private WritableByteChannel sink;
    private WritableByteChannel atOnce;
    private Closeable end;
    private boolean ended;
    private boolean writing;
    private boolean discarding;

    /** @param taken called with the length of what was written or thrown away */
    public InputQueue(Executor threads, IntConsumer taken) {
        this.threads = threads;
        this.taken = taken;
    }

    /**
     * The process is there.
     *
     * @param sink waits until there is room
     * @param atOnce leads to the same place, takes what there is room for; null if there is no such way
     * @param end closed after the last byte, when the client has sent its end of file; null if that ends nothing, as on a
     *     terminal
     */
    public synchronized void open(WritableByteChannel sink, WritableByteChannel atOnce, Closeable end) {
        this.sink = sink;
        this.atOnce = atOnce;
        this.end = end;
        write();
    }

    /** The array may be used again when this returns. */
    public void put(byte[] data, int offset, int length) {
        synchronized (this) {
            if (!mayWriteAtOnce()) {
                packets.add(Arrays.copyOfRange(data, offset, offset + length));
                write();
                return;
            }
            writing = true;
        }
        int written =
                writeAtOnce(ByteBuffer.wrap(data, offset, length)); // without the lock: whoever ends this must not wait
        synchronized (this) {
            writing = false;
            if (written < length) packets.addFirst(Arrays.copyOfRange(data, offset + written, offset + length));
            write();
        }
        if (written > 0) taken.accept(written);
    }

    /** Holds the lock; if so, a permit is taken. While anything waits somebody is writing, so nothing is overtaken. */
    private boolean mayWriteAtOnce() {
        return atOnce != null && !writing && !discarding && WRITING_AT_ONCE.tryAcquire();
    }

    private int writeAtOnce(ByteBuffer bytes) {
        try {
            return atOnce.write(bytes);
        } catch (IOException e) {
            return 0; // whoever writes the rest is told the same
        } finally {
            WRITING_AT_ONCE.release();
        }
    }

    /** The client sends no more. */
    public synchronized void end() {
        ended = true;
        write();
    }

    /** Nobody will read: throw away what is there and what comes, so that the client is not kept waiting. */
    public synchronized void discard() {
        discarding = true;
        write();
    }

    /** Holds the lock. */
    private void write() {
        if (writing || (sink == null && !discarding) || (packets.isEmpty() && !ended)) return;
        writing = true;
        threads.execute(this::drain);
    }

    private void drain() {
        while (true) {
            byte[] packet;
            boolean keep;
            synchronized (this) {
                packet = packets.poll();
                keep = !discarding;
                if (packet == null && !ended) {
                    writing = false;
                    return;
                }
                if (packet == null) ended = false; // once
            }
            if (packet == null) closeEnd();
            else write(packet, keep);
        }
    }

    private void write(byte[] packet, boolean keep) {
        if (keep) {
            try {
                ByteBuffer bytes = ByteBuffer.wrap(packet);
                while (bytes.hasRemaining()) sink.write(bytes);
            } catch (IOException e) { // the process closed its input, or is gone
                discard();
            }
        }
        taken.accept(packet.length);
    }

    /** Never under the lock: whoever is told takes locks of its own, under which it may be about to ask for ours. */
    private void closeEnd() {
        try {
            if (end != null) end.close();
        } catch (IOException e) {
            // a pipe that cannot be closed was closed already
        }
    }
}
