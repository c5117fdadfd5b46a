package org.cloister.agent.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
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

    private static final System.Logger LOG = System.getLogger(Ledger.class.getName());

    private final Path directory;

    Ledger(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    Optional<Entry> read(UUID tenant) throws IOException {
        Path file = file(tenant);
        return Files.exists(file) ? Optional.of(Frames.JSON.readValue(file.toFile(), Entry.class)) : Optional.empty();
    }

    /** All that can be read. A file that cannot is left where it is and told, so that one tenant's fault is not everybody's. */
    List<Entry> all() throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
            for (Path file : files) {
                try {
                    entries.add(Frames.JSON.readValue(file.toFile(), Entry.class));
                } catch (FileNotFoundException e) {
                    // forgotten since the directory was listed
                } catch (JsonProcessingException e) {
                    LOG.log(System.Logger.Level.ERROR, "{0} cannot be read: {1}", file, e.getOriginalMessage());
                }
            }
        }
        return entries;
    }

    void write(Entry entry) throws IOException {
        Path file = file(entry.spec().id());
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(Frames.JSON.writeValueAsBytes(entry));
            while (bytes.hasRemaining()) channel.write(bytes);
            channel.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel renamed = FileChannel.open(directory, StandardOpenOption.READ)) {
            renamed.force(true);
        }
    }

    void forget(UUID tenant) throws IOException {
        Files.deleteIfExists(file(tenant));
    }

    private Path file(UUID tenant) {
        return directory.resolve(tenant + ".json");
    }
}
