package org.cloister.manager.session;

import java.time.Instant;
import java.util.UUID;

/** Names in the order of time (RFC 9562 section 5.7, version 7), so that lists have an order and pages an "after". */
final class Ids {

    private static final long VERSION = 7L << 12;

    private Ids() {}

    static UUID next() {
        UUID random = UUID.randomUUID();
        long millis = Instant.now().toEpochMilli();
        return new UUID(
                millis << 16 | VERSION | random.getMostSignificantBits() & 0xfff, random.getLeastSignificantBits());
    }
}
