package org.cloister.agent.storage;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The output of {@code btrfs qgroup show -pc --raw}: id, referenced, exclusive, parents, children, path. */
final class QgroupList {

    private QgroupList() {}

    /** The groups that have this one as their parent. */
    static List<String> members(String text, String parent) {
        return rows(text, parent).map(words -> words[0]).toList();
    }

    /** Those of them whose subvolume is gone and that are billed for nothing any more. */
    static List<String> spent(String text, String parent) {
        return rows(text, parent)
                .filter(words -> words[1].equals("0") && words[words.length - 1].equals("<stale>"))
                .map(words -> words[0])
                .toList();
    }

    private static Stream<String[]> rows(String text, String parent) {
        return text.lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length >= 4 && words[0].matches("0/\\d+"))
                .filter(words -> Arrays.asList(words[3].split(",")).contains(parent));
    }
}
