package org.cloister.manager.ssh;

import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.common.util.threads.SshThreadPoolExecutor;

/**
 * The threads that serve the clients' sockets. Of a packet that the socket takes at once, whoever wrote it is told on its
 * own thread: java.nio would pass even that to a thread of the pool, and a stream would cost two wake-ups for every
 * packet.
 */
final class NetworkThreads extends SshThreadPoolExecutor {

    /** What writes bytes to a socket. */
    interface Write<T> {
        T bytes() throws IOException;
    }

    private static final ThreadLocal<Boolean> SETTLING = new ThreadLocal<>();

    NetworkThreads(int size) {
        super(
                size,
                size,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().name("ssh-network-", 1).daemon().factory(),
                new ThreadPoolExecutor.CallerRunsPolicy());
    }

    /** Runs the write; the first task that it hands to the pool runs here, before it returns. */
    static <T> T settlingHere(Write<T> write) throws IOException {
        SETTLING.set(true);
        try {
            return write.bytes();
        } finally {
            SETTLING.remove();
        }
    }

    /** Only the first, since what a task starts may start another, and this thread's stack would grow with them. */
    @Override
    public void execute(Runnable task) {
        if (SETTLING.get() == null) super.execute(task);
        else {
            SETTLING.remove();
            task.run();
        }
    }
}
