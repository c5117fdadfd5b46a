package org.cloister.manager.ssh;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousSocketChannel;
import org.apache.sshd.common.FactoryManager;
import org.apache.sshd.common.PropertyResolver;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoServiceFactory;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.io.nio2.Nio2Service;
import org.apache.sshd.common.io.nio2.Nio2ServiceFactory;
import org.apache.sshd.common.io.nio2.Nio2ServiceFactoryFactory;
import org.apache.sshd.common.io.nio2.Nio2Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.core.CoreModuleProperties;

/**
 * A client's connection that is not listened to while the client does not take its answers. The library queues what it has
 * to say without end, and nearly every message has an answer: whoever asked on and never read, logged in or not, would
 * use up this process's memory.
 */
final class Conversation extends Nio2Session {

    /** Bytes that wait to be sent, from which on nothing more is read; several channels' packets, and many answers. */
    static final int FULL = 256 * 1024;

    private final Object lock = new Object();
    private long waiting;
    private boolean deaf;

    private Conversation(
            Nio2Service service,
            PropertyResolver properties,
            IoHandler handler,
            AsynchronousSocketChannel socket,
            SocketAddress address)
            throws IOException {
        super(service, properties, handler, socket, address);
    }

    @Override
    public IoWriteFuture writeBuffer(Buffer buffer) throws IOException {
        int bytes = buffer.available();
        synchronized (lock) {
            waiting += bytes;
            if (waiting >= FULL && !deaf) {
                deaf = true;
                suspendRead();
            }
        }
        IoWriteFuture sent = NetworkThreads.settlingHere(() -> super.writeBuffer(buffer));
        sent.addListener(done -> sent(bytes));
        return sent;
    }

    /** Outside the heap, so that the kernel's bytes are copied once and not twice on their way to the decoder. */
    @Override
    public void startReading(int size) {
        startReading(ByteBuffer.allocateDirect(size));
    }

    private void sent(int bytes) {
        synchronized (lock) {
            waiting -= bytes;
            if (waiting < FULL && deaf) {
                deaf = false;
                resumeRead();
            }
        }
    }

    static final class Factory extends Nio2ServiceFactoryFactory {

        @Override
        public IoServiceFactory create(FactoryManager manager) {
            return new Nio2ServiceFactory(
                    manager, new NetworkThreads(CoreModuleProperties.NIO_WORKERS.getRequired(manager)), null) {
                @Override
                public Nio2Session createSession(
                        Nio2Service service, IoHandler handler, AsynchronousSocketChannel socket, SocketAddress address)
                        throws IOException {
                    return new Conversation(service, manager, handler, socket, address);
                }
            };
        }
    }
}
