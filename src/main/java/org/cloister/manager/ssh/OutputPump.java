package org.cloister.manager.ssh;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.function.IntConsumer;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.AbstractChannel;
import org.apache.sshd.common.channel.RemoteWindow;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.cloister.manager.process.Client;

/**
 * Carries one output stream of a process to the client. Holds two packets at most, one on its way to the socket and one
 * being filled; a client that stops reading stops the process's writes and nothing else.
 */
final class OutputPump implements Client.Pump {

    enum Stream {
        OUTPUT(SshConstants.SSH_MSG_CHANNEL_DATA),
        ERROR(SshConstants.SSH_MSG_CHANNEL_EXTENDED_DATA);

        private final byte message;

        Stream(byte message) {
            this.message = message;
        }
    }

    /** OpenSSH's packet size; a larger read would only be cut up again. */
    static final int CHUNK = 32 * 1024;

    /**
     * Who writes so much at a time writes more, and its packets are used again: new ones stream through the processor's
     * caches. Whoever writes less keeps none, so that a session which waits for its user holds no memory.
     */
    private static final int STREAM = CHUNK / 2;

    /** For message, recipient, kind of extended data and length. */
    private static final int HEADER = 16;

    /** No reader is too slow. Not Long.MAX_VALUE, which overflows in the library. */
    private static final Duration PATIENCE = Duration.ofDays(3650);

    private final AbstractChannel channel;
    private final ReadableByteChannel source;
    private final Stream stream;
    private final IntConsumer sent;
    private final Runnable whenDone;
    private volatile boolean reading;
    private volatile long bytes;

    /**
     * @param sent told of so many bytes on their way to the client
     * @param whenDone called once, on the pump's thread, after the last byte was handed to the client or given up
     */
    OutputPump(
            AbstractChannel channel, ReadableByteChannel source, Stream stream, IntConsumer sent, Runnable whenDone) {
        this.channel = channel;
        this.source = source;
        this.stream = stream;
        this.sent = sent;
        this.whenDone = whenDone;
    }

    @Override
    public boolean isReading() {
        return reading;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public void run() {
        try {
            carry();
        } catch (IOException ended) {
            // The process closed a terminal (EIO), or the client went away and the descriptors were closed.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            reading = false;
            whenDone.run();
        }
    }

    private void carry() throws IOException, InterruptedException {
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
        IoWriteFuture underWay = null;
        Buffer last = null;
        Buffer spare = null;
        while (true) {
            reading = true;
            int length;
            try {
                length = source.read(chunk.clear());
            } catch (IOException end) {
                length = -1;
            }
            reading = false;
            if (length < 0) break;
            chunk.flip();
            while (chunk.hasRemaining()) {
                Buffer packet = fill(spare, chunk);
                if (underWay != null) underWay.verify();
                underWay = channel.writePacket(packet);
                spare = last; // it was written
                last = packet;
            }
            if (length < STREAM) last = spare = null;
            bytes += length;
            sent.accept(length);
        }
        if (underWay != null) underWay.verify();
    }

    /**
     * A packet with as much of the chunk as it and the client's window take; waits until that is something.
     *
     * @param spare to be used again, or null
     */
    private Buffer fill(Buffer spare, ByteBuffer chunk) throws IOException, InterruptedException {
        RemoteWindow window = channel.getRemoteWindow();
        long space = Math.min(window.waitForSpace(PATIENCE), window.getPacketSize());
        int length = (int) Math.min(space, chunk.remaining());
        window.waitAndConsume(length, PATIENCE); // again, since the other stream of the process shares the window
        Session session = channel.getSession();
        Buffer packet = spare == null
                ? session.createBuffer(stream.message, HEADER + length)
                : session.prepareBuffer(stream.message, spare);
        packet.putUInt(channel.getRecipient());
        if (stream == Stream.ERROR) packet.putUInt(SshConstants.SSH_EXTENDED_DATA_STDERR);
        packet.putUInt(length);
        int at = packet.wpos();
        packet.ensureCapacity(length);
        chunk.get(packet.array(), at, length);
        packet.wpos(at + length);
        return packet;
    }
}
