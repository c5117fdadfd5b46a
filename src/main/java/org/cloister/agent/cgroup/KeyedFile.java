package org.cloister.agent.cgroup;

import java.util.HashMap;
import java.util.Map;

/** The flat keyed format of cgroup files: a name and a number a line (cgroup-v2.rst, "Format"). */
final class KeyedFile {

    private KeyedFile() {}

    /** Without regular expressions: it is done for every tenant, again and again. */
    static Map<String, Long> parse(String text) {
        Map<String, Long> values = new HashMap<>();
        for (int from = 0, end; from < text.length(); from = end + 1) {
            end = text.indexOf('\n', from);
            if (end < 0) end = text.length();
            int space = text.indexOf(' ', from);
            if (space <= from || space >= end) continue;
            if (isNumber(text, space + 1, end))
                values.put(text.substring(from, space), Long.parseLong(text, space + 1, end, 10));
        }
        return values;
    }

    private static boolean isNumber(String text, int from, int to) {
        if (from < to && text.charAt(from) == '-') from++;
        if (from == to || to - from > 18) return false;
        for (int i = from; i < to; i++) if (text.charAt(i) < '0' || text.charAt(i) > '9') return false;
        return true;
    }
}
