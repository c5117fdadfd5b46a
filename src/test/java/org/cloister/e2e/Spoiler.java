package org.cloister.e2e;

import java.nio.file.Path;
import java.util.List;

/**
 * What a tenant may make of a file or directory of its own. From the host, while the tenant is stopped and its root is
 * one that nobody has touched, so that also its mount points can be spoiled, which from inside are busy.
 *
 * @param script of sh, run in the directory that holds {@code $name}, which is gone by then; {@code $out} is a directory
 *     of the host's
 */
record Spoiler(String name, String script) {

    static final List<Spoiler> ALL = List.of(
            new Spoiler("a link out by its absolute name", "ln -s \"$out/$name\" \"$name\""),
            new Spoiler("a link out by way of the parent", "ln -s ../../../../../../../../../..$out/$name \"$name\""),
            new Spoiler("a link to itself", "ln -s \"$name\" \"$name\""),
            new Spoiler("a fifo", "mkfifo \"$name\""),
            new Spoiler("a directory", "mkdir -p \"$name/$name\""),
            new Spoiler("a file without an end", "truncate -s 10T \"$name\""),
            new Spoiler("missing", ":"),
            new Spoiler(
                    "5,000 directories deep",
                    "mkdir \"$name\"; cd \"$name\"; perl -e 'for (1 .. 5000) { mkdir \"d\"; chdir \"d\" or die }'"));

    /** @param file relative to the root, such as etc/passwd */
    void spoil(Path root, String file, Path out) {
        Path target = root.resolve(file);
        String whole = "set -eu; cd \"$1\"; name=$2; out=$3; rm -rf -- \"$name\"; " + script;
        Command.run(
                        List.of(
                                "sh",
                                "-c",
                                whole,
                                "sh",
                                target.getParent().toString(),
                                target.getFileName().toString(),
                                out.toString()),
                        new byte[0],
                        Command.LONG)
                .orFail();
    }

    @Override
    public String toString() {
        return name;
    }
}
