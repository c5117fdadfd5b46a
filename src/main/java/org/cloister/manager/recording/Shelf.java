package org.cloister.manager.recording;

import java.io.IOException;
import java.util.function.LongSupplier;

/** The room for one tenant's recordings. Its oldest go first. */
final class Shelf {

    /** Gives up the oldest recording that is not going on. */
    interface Oldest {
        /** @return how many bytes that freed; 0 if there was none */
        long remove() throws IOException;
    }

    private final long largest;
    private final long all;
    private final Oldest oldest;
    private long used;

    /**
     * @param largest of one recording, in bytes
     * @param all of the tenant's
     * @param used now
     */
    Shelf(long largest, long all, Oldest oldest, long used) {
        this.largest = largest;
        this.all = all;
        this.oldest = oldest;
        this.used = used;
    }

    /** What is really used, as the disk says. */
    synchronized void measure(LongSupplier now) {
        used = now.getAsLong();
    }

    /** Room for one recording as it grows. */
    Recorder.Room one() {
        return new Recorder.Room() {
            private long size;

            @Override
            public boolean take(long bytes) throws IOException {
                if (size + bytes > largest) return false;
                synchronized (Shelf.this) {
                    while (used + bytes > all) {
                        long freed = oldest.remove();
                        if (freed == 0) return false;
                        used -= freed;
                    }
                    used += bytes;
                }
                size += bytes;
                return true;
            }
        };
    }
}
