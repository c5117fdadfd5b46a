package org.cloister.agent.neighbour;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.cloister.agent.storage.Pool;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;

/**
 * What the machine has to spare. Where that is less than the attacker may have, it is the machine that would be used up and
 * not the limit: every tenant would suffer for what is known already. So it is not tried.
 *
 * @param memoryBytes available, and {@code poolBytes} free
 */
record Room(long memoryBytes, long poolBytes) {

    /** What stays for everybody else. */
    private static final long LEFT_BYTES = 512L << 20;

    static Room now(Pool pool) throws IOException {
        return new Room(available(Files.readString(Path.of("/proc/meminfo"))), pool.freeBytes());
    }

    /** @param meminfo the text of /proc/meminfo */
    static long available(String meminfo) {
        return meminfo.lines()
                .filter(line -> line.startsWith("MemAvailable:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElse(0);
    }

    /** Why the way is not tried by who has these limits; empty where it is. */
    Optional<String> hindrance(Exhaustion way, Limits limits) {
        return switch (way.takes()) {
            case NOTHING -> Optional.empty();
            case MEMORY -> hindrance("memory", limits.of(Limit.MEMORY) + limits.of(Limit.SWAP), memoryBytes);
            case DISK -> hindrance("room on the disk", limits.of(Limit.DISK), poolBytes);
        };
    }

    private static Optional<String> hindrance(String what, long wanted, long there) {
        return wanted + LEFT_BYTES <= there
                ? Optional.empty()
                : Optional.of("Not tried: the attacker may have " + (wanted >> 20) + " MB of " + what
                        + ", and the machine has " + (there >> 20)
                        + " MB to spare, so every tenant would run out with it. Choose a smaller plan.");
    }
}
