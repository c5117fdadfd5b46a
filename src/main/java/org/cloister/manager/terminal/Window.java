package org.cloister.manager.terminal;

/** How many bytes may be under way to somebody who has not taken them yet. */
final class Window {

    private final int most;
    private int free;
    private boolean closed;

    Window(int most) {
        this.most = most;
        free = most;
    }

    /**
     * Waits until some may be sent.
     *
     * @return how many of those wished; 0 where none ever will
     */
    synchronized int take(int wished) throws InterruptedException {
        while (free == 0 && !closed) wait();
        if (closed) return 0;
        int taken = Math.min(free, wished);
        free -= taken;
        return taken;
    }

    /** @return false where the other side takes what it was never sent */
    synchronized boolean giveBack(int bytes) {
        if (bytes < 0 || bytes > most - free) return false;
        free += bytes;
        notifyAll();
        return true;
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
