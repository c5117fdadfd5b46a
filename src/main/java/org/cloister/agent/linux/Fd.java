package org.cloister.agent.linux;

import java.io.Closeable;
import java.util.concurrent.atomic.AtomicInteger;

/** A file descriptor with one owner. Closing it twice is harmless; using it afterwards is a bug and says so. */
public final class Fd implements Closeable {

    private final AtomicInteger number;

    Fd(int number) {
        this.number = new AtomicInteger(number);
    }

    /** Takes over a descriptor that something else made. */
    public static Fd owning(int number) {
        return new Fd(number);
    }

    public int number() {
        int n = number.get();
        if (n < 0) throw new IllegalStateException("the descriptor is closed");
        return n;
    }

    /** A name of the descriptor that other processes of the host's root can open. */
    public String path() {
        return "/proc/" + ProcessHandle.current().pid() + "/fd/" + number();
    }

    @Override
    public void close() {
        int n = number.getAndSet(-1);
        if (n >= 0) LibC.close(n);
    }
}
