package org.cloister.agent.cgroup;

import java.util.HashMap;
import java.util.Map;

/** The flat keyed format of cgroup files: a name and a number a line (cgroup-v2.rst, "Format"). */
final class KeyedFile {

    private KeyedFile() {}

    static Map<String, Long> parse(String text) {
        Map<String, Long> values = new HashMap<>();
        for (String line : text.lines().toList()) {
            String[] words = line.strip().split("\\s+");
            if (words.length == 2 && words[1].matches("-?\\d{1,18}")) values.put(words[0], Long.parseLong(words[1]));
        }
        return values;
    }
}
