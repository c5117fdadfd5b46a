package org.cloister.manager.limit;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.cloister.protocol.Limit;

/** What limits stand under on pages, in the order in which people look for them. */
public enum Heading {
    CPU("CPU", Limit.CPU, Limit.CPU_WEIGHT),
    MEMORY("Memory", Limit.MEMORY, Limit.SWAP),
    DISK("Disk", Limit.DISK),
    COUNTS("Counts", Limit.PROCESSES, Limit.TERMINALS, Limit.SESSIONS),
    IO("I/O", Limit.IO_READ, Limit.IO_WRITE, Limit.IO_READS, Limit.IO_WRITES),
    NETWORK("Network", Limit.RECEIVE, Limit.SEND, Limit.CONNECTIONS);

    private final String word;
    private final List<Limit> limits;

    Heading(String word, Limit... limits) {
        this.word = word;
        this.limits = List.of(limits);
    }

    public String word() {
        return word;
    }

    public List<Limit> limits() {
        return limits;
    }

    /** Lines below a heading. */
    public record Group<L>(String heading, List<L> lines) {}

    /** A line for each limit, grouped. */
    public static <L> List<Group<L>> group(Function<Limit, L> line) {
        return Arrays.stream(values())
                .map(heading -> new Group<>(
                        heading.word, heading.limits.stream().map(line).toList()))
                .toList();
    }

    /** Every limit under its heading's word; for a check that none is forgotten. */
    static Map<Limit, String> words() {
        return Arrays.stream(values())
                .flatMap(heading -> heading.limits.stream().map(limit -> Map.entry(limit, heading.word)))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
