package org.cloister.agent.network;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * What all instances of the machine change together, one at a time: the order of its routing rules, and which of its links
 * forward. For each family a directory, in it one for each link that was found closed, in it an empty file for each
 * instance that needs it open. A reboot clears all of it, as it does the settings.
 */
final class Shared implements AutoCloseable {

    private static final Path ROOT = Path.of("/run/cloister-links");

    private final FileChannel lock;

    private Shared(FileChannel lock) {
        this.lock = lock;
    }

    /** Waits for other instances. Threads of this one do not meet here; the network works on one thing at a time. */
    static Shared locked() throws IOException {
        Files.createDirectories(ROOT);
        FileChannel lock = FileChannel.open(ROOT.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            lock.lock();
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
        return new Shared(lock);
    }

    Path directory(Family family) {
        return ROOT.resolve(family.directory());
    }

    static List<Path> children(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) return List.of();
        try (Stream<Path> children = Files.list(directory)) {
            return children.toList();
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    /** Where no instance needs anything any more. */
    static void tidy() throws IOException {
        for (Family family : Family.values()) {
            Path directory = ROOT.resolve(family.directory());
            if (!children(directory).isEmpty()) return;
            Files.deleteIfExists(directory);
        }
        Files.deleteIfExists(ROOT.resolve("lock"));
        Files.deleteIfExists(ROOT);
    }
}
