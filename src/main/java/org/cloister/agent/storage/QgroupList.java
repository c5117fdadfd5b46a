package org.cloister.agent.storage;

import java.util.Arrays;
import java.util.List;

/** The output of {@code btrfs qgroup show -pc --raw}. */
final class QgroupList {

    private QgroupList() {}

    /** The groups that have this one as their parent. */
    static List<String> members(String text, String parent) {
        return text.lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length >= 4 && words[0].matches("0/\\d+"))
                .filter(words -> Arrays.asList(words[3].split(",")).contains(parent))
                .map(words -> words[0])
                .toList();
    }
}
