package org.cloister.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * Files of the host that hostile links point at, and those that such an attack was aimed at elsewhere. {@link #look} tells
 * whatever was changed; of its own files also whether they were read, for their time of access lies before that of their
 * change (mount(8), relatime).
 */
record Sentinel(Path directory) implements AutoCloseable {

    private static final List<String> OF_THE_HOST = List.of(
            "/etc/passwd",
            "/etc/shadow",
            "/etc/group",
            "/etc/hostname",
            "/etc/hosts",
            "/etc/resolv.conf",
            "/bin/sh",
            "/root/.ssh",
            "/dev/null",
            "/dev",
            "/dev/pts",
            "/proc",
            "/sys",
            "/run");

    /** One name for each that is spoiled, each a file, a directory or a fifo, as somebody outside might have it. */
    static Sentinel make() {
        Path directory;
        try {
            directory = Files.createTempDirectory(Path.of("/var/tmp"), "sentinel");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Command.run("sh", "-c", """
                set -eu; cd %s; chmod 755 .
                printf 'root:x:0:0:root:/root:/bin/sh\\n' > passwd
                for file in hostname resolv.conf bash group; do echo outside > $file; chmod 644 $file; done
                for name in dev proc sys tmp run etc .ssh; do
                    mkdir -m 777 $name $name/pts $name/shm $name/lock; echo outside > $name/file; mkfifo $name/fifo
                done
                find . -exec touch -h -d 2001-01-01 {} + -exec touch -h -a -d 2000-01-01 {} +
                """.formatted(directory)).orFail();
        return new Sentinel(directory);
    }

    /** Each file with its inode, mode, owner, size, and times of change; our own with those of access and contents. */
    String look() {
        String own = Command.run( // a directory's time of access is changed by this very look
                        "find",
                        directory.toString(),
                        "(",
                        "-type",
                        "d",
                        "-printf",
                        "%p %i %M %U:%G %s %T@ %C@\\n",
                        ")",
                        "-o",
                        "-printf",
                        "%p %i %M %U:%G %s %T@ %C@ %A@\\n")
                .orFail()
                .out();
        StringBuilder host = new StringBuilder();
        for (String path : OF_THE_HOST)
            host.append(
                    Command.run("stat", "-L", "-c", isBusy(path) ? "%n %i %A %u:%g" : "%n %i %A %u:%g %s %Y %Z", path)
                            .out());
        return own + host;
    }

    /** Lines that were not there at an earlier look. */
    List<String> changesSince(String look) {
        List<String> before = look.lines().toList();
        return look().lines().filter(line -> !before.contains(line)).toList();
    }

    /** What changes there in a working machine is not ours to judge. */
    private static boolean isBusy(String path) {
        return List.of("/dev", "/dev/pts", "/proc", "/sys", "/run", "/dev/null").contains(path);
    }

    @Override
    public void close() {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
