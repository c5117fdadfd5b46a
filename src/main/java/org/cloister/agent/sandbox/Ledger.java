package org.cloister.agent.sandbox;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.cloister.protocol.Frames;
import org.cloister.protocol.TenantSpec;

/** What the agent remembers on disk: one file a tenant, replaced whole, so that a crash leaves the old or the new. */
final class Ledger {

    /** @param sandbox the last one launched, alive or not; null before the first */
    record Entry(TenantSpec spec, Sandbox sandbox, String failure) {}

    private final Path directory;

    Ledger(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    Optional<Entry> read(UUID tenant) throws IOException {
        Path file = file(tenant);
        return Files.exists(file) ? Optional.of(Frames.JSON.readValue(file.toFile(), Entry.class)) : Optional.empty();
    }

    List<Entry> all() throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
            for (Path file : files) entries.add(Frames.JSON.readValue(file.toFile(), Entry.class));
        }
        return entries;
    }

    void write(Entry entry) throws IOException {
        Path file = file(entry.spec().id());
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            channel.write(java.nio.ByteBuffer.wrap(Frames.JSON.writeValueAsBytes(entry)));
            channel.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    void forget(UUID tenant) throws IOException {
        Files.deleteIfExists(file(tenant));
    }

    private Path file(UUID tenant) {
        return directory.resolve(tenant + ".json");
    }
}
