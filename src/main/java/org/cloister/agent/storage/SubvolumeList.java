package org.cloister.agent.storage;

import java.nio.file.Path;
import java.util.List;

/** The output of {@code btrfs subvolume list}. */
final class SubvolumeList {

    private SubvolumeList() {}

    /** Paths relative to the top of the file system. A name may hold blanks; "path " is the last field. */
    static List<Path> paths(String text) {
        return text.lines()
                .filter(line -> line.contains(" path "))
                .map(line -> Path.of(line.substring(line.indexOf(" path ") + 6)))
                .toList();
    }
}
