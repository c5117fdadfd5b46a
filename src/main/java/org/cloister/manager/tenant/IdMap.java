package org.cloister.manager.tenant;

import java.util.List;
import java.util.StringJoiner;

/** A user namespace's map of ids (user_namespaces(7)), for people. */
final class IdMap {

    private IdMap() {}

    /**
     * "0–65535 are 1879113728–1879179263", with a comma between ranges.
     *
     * @param lines of uid_map or gid_map: first id inside, first id outside, how many
     */
    static String words(List<String> lines) {
        StringJoiner words = new StringJoiner(", ").setEmptyValue("none");
        for (String line : lines) {
            String[] fields = line.strip().split("\\s+");
            long count = Long.parseLong(fields[2]);
            words.add(range(Long.parseLong(fields[0]), count) + " are " + range(Long.parseLong(fields[1]), count));
        }
        return words.toString();
    }

    private static String range(long first, long count) {
        return count == 1 ? Long.toString(first) : first + "–" + (first + count - 1);
    }
}
