package org.cloister.manager.process;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.IntConsumer;

/**
 * From the client to a process's standard input. The network thread puts bytes in and never waits: what there is room for
 * it writes itself, while they lie in its processor's cache and nobody needs to be woken; a borrowed thread writes the
 * rest. What lies in the queue is bounded by the client's window, which is given back only after the process took the
 * bytes.
 */
public final class InputQueue {

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
     * @param atOnce leads to the same place, takes what there is room for and never waits; null if there is no such way
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
        int written;
        synchronized (this) {
            written = writeAtOnce(ByteBuffer.wrap(data, offset, length));
            if (written < length) {
                packets.add(Arrays.copyOfRange(data, offset + written, offset + length));
                write();
            }
        }
        if (written > 0) taken.accept(written);
    }

    /** Holds the lock. Nothing overtakes what waits. */
    private int writeAtOnce(ByteBuffer bytes) {
        if (atOnce == null || writing || discarding || !packets.isEmpty()) return 0;
        try {
            return atOnce.write(bytes);
        } catch (IOException e) {
            return 0; // whoever writes the rest is told the same
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
