package org.cloister.manager.recording;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Where recordings lie: a directory a tenant, a file a recording, both named by their ids. */
final class RecordingFiles {

    /** Others need the disk as well: the database, and the tenants' pool. */
    private static final long RESERVE = 256 << 20;

    private final Path root;

    RecordingFiles(Path root) {
        this.root = root;
    }

    Path file(UUID tenant, UUID recording) {
        return root.resolve(tenant.toString()).resolve(recording.toString());
    }

    /** Where a new one goes; its directory is there then. */
    Path newFile(UUID tenant, UUID recording) throws IOException {
        Path file = file(tenant, recording);
        Files.createDirectories(
                file.getParent(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return file;
    }

    void requireRoom() throws IOException {
        if (Files.getFileStore(root).getUsableSpace() < RESERVE)
            throw new IOException("less than " + (RESERVE >> 20) + " MB are free below " + root);
    }

    /** Ids of tenants that have a directory. */
    List<UUID> tenants() {
        return names(root);
    }

    List<UUID> recordings(UUID tenant) {
        return names(root.resolve(tenant.toString()));
    }

    /** Of all of a tenant's, in bytes. */
    long size(UUID tenant) {
        return recordings(tenant).stream()
                .mapToLong(recording -> size(file(tenant, recording)))
                .sum();
    }

    /** 0 where there is none. */
    static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }

    /** With its recordings. */
    void remove(UUID tenant) throws IOException {
        for (UUID recording : recordings(tenant)) Files.deleteIfExists(file(tenant, recording));
        Files.deleteIfExists(root.resolve(tenant.toString()));
    }

    private static List<UUID> names(Path directory) {
        if (!Files.isDirectory(directory)) return List.of();
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"))
                    .map(UUID::fromString)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
