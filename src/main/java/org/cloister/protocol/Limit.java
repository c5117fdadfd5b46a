package org.cloister.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;

/**
 * Everything that a plan limits: the one table of names, units and bounds. What a limit is called here it is called in
 * the API, in the database and in a tenant's own {@code limits} command.
 */
public enum Limit {
    /** CPU time as a share of one core: 100 is one core, 250 two and a half. */
    CPU("cpuPercent", Unit.PERCENT, 1, 100_000),
    /** The share of a core that is fought for, relative to other tenants'. */
    CPU_WEIGHT("cpuWeight", Unit.COUNT, 1, 10_000, 100),
    /** Memory of the tenant's processes, page cache and the kernel's objects for them included. */
    MEMORY("memoryBytes", Unit.BYTES, 16 << 20, 1L << 46),
    /** Swap beside the memory. */
    SWAP("swapBytes", Unit.BYTES, 0, 1L << 46, 0),
    /** Processes and threads. */
    PROCESSES("pids", Unit.COUNT, 16, 4_000_000),
    /** Data and metadata of the root file system and its snapshots. */
    DISK("diskBytes", Unit.BYTES, 64 << 20, 1L << 50),
    IO_READ("ioReadBytes", Unit.BYTES_PER_SECOND, 1 << 16, 1L << 40, 0),
    IO_WRITE("ioWriteBytes", Unit.BYTES_PER_SECOND, 1 << 16, 1L << 40, 0),
    IO_READS("ioReadOps", Unit.PER_SECOND, 10, 1 << 30, 0),
    IO_WRITES("ioWriteOps", Unit.PER_SECOND, 10, 1 << 30, 0),
    /** To the tenant, from wherever. */
    RECEIVE("receiveBytes", Unit.BYTES_PER_SECOND, 1 << 13, 1L << 40, 0),
    /** From the tenant, to wherever. */
    SEND("sendBytes", Unit.BYTES_PER_SECOND, 1 << 13, 1L << 40, 0),
    /** Connections beyond the tenant that the machine keeps track of at a time. */
    CONNECTIONS("connections", Unit.COUNT, 1, 1_000_000, 2_000),
    /** Pseudo-terminals at a time. The machine has {@code kernel.pty.max} of them for all. */
    TERMINALS("terminals", Unit.COUNT, 1, 4_096, 64),
    /** Shells, commands and transfers through the SSH gateway at a time. */
    SESSIONS("sessions", Unit.COUNT, 1, 1_000, 128);

    public enum Unit {
        PERCENT,
        COUNT,
        BYTES,
        BYTES_PER_SECOND,
        PER_SECOND;

        /** A rate may be 0, which means that there is no limit. */
        public boolean rate() {
            return this == BYTES_PER_SECOND || this == PER_SECOND;
        }
    }

    private final String key;
    private final Unit unit;
    private final long least;
    private final long most;
    private final Long usual;

    Limit(String key, Unit unit, long least, long most) {
        this(key, unit, least, most, null);
    }

    Limit(String key, Unit unit, long least, long most, long usual) {
        this(key, unit, least, most, Long.valueOf(usual));
    }

    Limit(String key, Unit unit, long least, long most, Long usual) {
        this.key = key;
        this.unit = unit;
        this.least = least;
        this.most = most;
        this.usual = usual;
    }

    /** The name in JSON. */
    @JsonValue
    public String key() {
        return key;
    }

    public Unit unit() {
        return unit;
    }

    /** The smallest value; a rate may also be 0. */
    public long least() {
        return least;
    }

    public long most() {
        return most;
    }

    /** What holds where nothing is said; empty for a limit that every plan must name. */
    public Optional<Long> usual() {
        return Optional.ofNullable(usual);
    }

    /** @throws LimitException the value is out of bounds */
    void check(long value) {
        if (value >= least && value <= most || unit.rate() && value == 0) return;
        throw new LimitException(
                key,
                key + " is " + value + "; it must lie between " + least + " and " + most
                        + (unit.rate() ? ", or be 0 for no limit." : "."));
    }

    @JsonCreator
    static Limit named(String key) {
        return of(key).orElseThrow(() -> new IllegalArgumentException("there is no such limit"));
    }

    public static Optional<Limit> of(String key) {
        return Arrays.stream(values()).filter(limit -> limit.key.equals(key)).findFirst();
    }
}
