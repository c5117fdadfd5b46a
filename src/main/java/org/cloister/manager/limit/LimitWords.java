package org.cloister.manager.limit;

import java.util.Locale;
import org.cloister.manager.page.Words;
import org.cloister.protocol.Limit;

/** A limit's name and values as people read them. */
public final class LimitWords {

    private LimitWords() {}

    public static String label(Limit limit) {
        return switch (limit) {
            case CPU -> "CPU time";
            case CPU_WEIGHT -> "Weight";
            case MEMORY -> "Memory";
            case SWAP -> "Swap";
            case PROCESSES -> "Processes";
            case DISK -> "Disk";
            case IO_READ -> "Read";
            case IO_WRITE -> "Written";
            case IO_READS -> "Reads";
            case IO_WRITES -> "Writes";
            case RECEIVE -> "Received";
            case SEND -> "Sent";
            case CONNECTIONS -> "Connections";
            case TERMINALS -> "Terminals";
            case SESSIONS -> "Sessions";
        };
    }

    /** The limit's value: "1.5 cores", "512 MB", "5 MB/s", "no limit". */
    public static String value(Limit limit, long value) {
        if (limit.unit().rate() && value == 0) return "no limit";
        return switch (limit.unit()) {
            case PERCENT -> Words.cores(value);
            case BYTES -> value == 0 ? "none" : Words.bytes(value);
            case COUNT -> Words.count(value);
            case BYTES_PER_SECOND -> Words.bytes(value) + "/s";
            case PER_SECOND -> Words.count(value) + "/s";
        };
    }

    /** What was used of it, in the limit's unit. */
    public static String used(Limit limit, double used) {
        return switch (limit.unit()) {
            case PERCENT -> String.format(Locale.ROOT, "%.2f", used / 100);
            case BYTES -> Words.bytes(Math.round(used));
            case BYTES_PER_SECOND -> Words.bytes(Math.round(used)) + "/s";
            case PER_SECOND -> Words.count(Math.round(used)) + "/s";
            case COUNT -> Words.count(Math.round(used));
        };
    }

    /** What the value means, for who reads the interface and not the code. */
    public static String meaning(Limit limit) {
        return switch (limit) {
            case CPU -> "CPU time in percent of one core";
            case CPU_WEIGHT -> "share of a core that is fought for, relative to other tenants’";
            case MEMORY -> "memory in bytes: processes, page cache, and what the kernel keeps for them";
            case SWAP -> "swap in bytes, beside the memory";
            case PROCESSES -> "processes and threads";
            case DISK -> "bytes of data and metadata of the root file system and its snapshots";
            case IO_READ -> "bytes a second read from the disk; 0: no limit";
            case IO_WRITE -> "bytes a second written to the disk; 0: no limit";
            case IO_READS -> "reads of the disk a second; 0: no limit";
            case IO_WRITES -> "writes to the disk a second; 0: no limit";
            case RECEIVE -> "bytes a second to the tenant; 0: no limit";
            case SEND -> "bytes a second from the tenant; 0: no limit";
            case CONNECTIONS -> "connections beyond the tenant at a time";
            case TERMINALS -> "pseudo-terminals at a time";
            case SESSIONS -> "shells, commands and transfers through the SSH gateway at a time";
        };
    }
}
