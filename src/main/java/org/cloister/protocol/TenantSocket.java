package org.cloister.protocol;

import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.newsclub.net.unix.AFSocket;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * A connection that was made in a tenant, of TCP or to a unix socket. Who is at its other side is the tenant's business.
 * Reads and writes block; use platform threads.
 */
public final class TenantSocket implements Closeable {

    private final FileInputStream input;
    private final FileOutputStream output;
    private final AFSocket<?> socket;
    private boolean closed;

    /** @throws IOException the descriptor is something else than a stream socket; it stays the caller's */
    TenantSocket(FileDescriptor descriptor) throws IOException {
        FileDescriptorCast cast = FileDescriptorCast.using(descriptor);
        if (!cast.isAvailable(AFSocket.class)) throw new IOException("a descriptor that is no stream socket");
        socket = cast.as(AFSocket.class);
        // Data goes by these and not through the socket's own streams: closing their channels wakes who waits in them.
        input = new FileInputStream(descriptor);
        output = new FileOutputStream(descriptor);
    }

    public ReadableByteChannel input() {
        return input.getChannel();
    }

    public WritableByteChannel output() {
        return output.getChannel();
    }

    /** The other side reads the end of file; what it sends still comes. After {@link #close} this does nothing. */
    public synchronized void endOutput() throws IOException {
        if (!closed) socket.getChannel().shutdownOutput();
    }

    /** Safe to call twice, and while others read and write. */
    @Override
    public void close() throws IOException {
        synchronized (this) { // so that nobody shuts down what has this number next
            if (closed) return;
            closed = true;
        }
        try (output) {
            input.close();
        }
    }
}
