package org.cloister.manager.process;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import org.cloister.protocol.Session;

/** Whoever is at the other end of what runs in a tenant: a channel of an SSH client, or a terminal in a page. */
public interface Client {

    /** A line before anything runs. Waits for a client that takes nothing, and gives up in the end. */
    void announce(String sentence) throws IOException;

    /** So many bytes of its input were taken: it may send as many again. Never waits. */
    void giveBack(int bytes);

    /** @param whenDone called once, on the pump's thread, after the last byte was handed on or given up */
    Pump output(ReadableByteChannel source, Runnable whenDone);

    /** As {@link #output}; not asked for where there is a terminal. */
    Pump error(ReadableByteChannel source, Runnable whenDone);

    /** No more output will come. */
    void endOutput();

    /** The process ended, and all its output was handed on. */
    void exited(Session.Exit exit);

    /** Nothing runs, or nothing goes on: says why and ends. */
    void refuse(String sentence);

    /**
     * Carries what a process writes to its client, and waits for a client that does not read: then the process's writes
     * wait as well. Blocks, and wants a platform thread: virtual threads that pumped a pty stalled.
     */
    interface Pump extends Runnable {

        /** Whether it waits for the process, not for the client. */
        boolean isReading();

        /** Carried so far. */
        long bytes();
    }
}
