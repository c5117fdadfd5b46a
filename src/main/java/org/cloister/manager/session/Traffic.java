package org.cloister.manager.session;

import java.util.concurrent.atomic.LongAdder;

/** Bytes of payload both ways; of what belongs to something larger they count there as well. */
class Traffic {

    private final Traffic whole;
    private final LongAdder received = new LongAdder();
    private final LongAdder sent = new LongAdder();

    /** @param whole what this is a part of; null for nothing */
    Traffic(Traffic whole) {
        this.whole = whole;
    }

    /** From the client. */
    public final void received(long bytes) {
        received.add(bytes);
        if (whole != null) whole.received(bytes);
    }

    /** To the client. */
    public final void sent(long bytes) {
        sent.add(bytes);
        if (whole != null) whole.sent(bytes);
    }

    public final long received() {
        return received.sum();
    }

    public final long sent() {
        return sent.sum();
    }
}
