package org.cloister.manager.terminal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.cloister.manager.process.Client;

/** Carries what a terminal shows to its page. Holds one piece; a page that stops reading stops the process's writes. */
final class Outflow implements Client.Pump {

    static final int PIECE = 16 * 1024;

    /** Sends, and waits until it lies in the kernel's hands and the page has taken what came before. */
    interface Sink {
        void send(ByteBuffer bytes) throws IOException, InterruptedException;
    }

    private final ReadableByteChannel source;
    private final Sink sink;
    private final Runnable whenDone;
    private volatile boolean reading;
    private volatile long bytes;

    Outflow(ReadableByteChannel source, Sink sink, Runnable whenDone) {
        this.source = source;
        this.sink = sink;
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
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        try {
            while (true) {
                reading = true;
                int length = source.read(piece.clear());
                reading = false;
                if (length < 0) break;
                sink.send(piece.flip());
                bytes += length;
            }
        } catch (IOException ended) {
            // The last process closed the terminal (EIO), or the page is gone and the descriptors were closed.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            reading = false;
            whenDone.run();
        }
    }
}
