package org.cloister.agent.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.protocol.Frames;
import org.cloister.protocol.TenantSpec;

/** What the agent remembers on disk: one file a tenant, replaced whole, so that a crash leaves the old or the new. */
final class Ledger {

    /** @param sandbox the last one launched, alive or not; null before the first */
    record Entry(TenantSpec spec, Sandbox sandbox, String failure) {}

    private static final System.Logger LOG = System.getLogger(Ledger.class.getName());

    /** An entry as it was read or written, and what file it was then. */
    private record Known(Object file, FileTime modified, Entry entry) {

        boolean isOf(BasicFileAttributes now) {
            return file.equals(now.fileKey()) && modified.equals(now.lastModifiedTime());
        }
    }

    private final Path directory;

    /** What was parsed stays so for as long as the file is the same: all are asked for again and again. */
    private final Map<Path, Known> known = new ConcurrentHashMap<>();

    Ledger(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    Optional<Entry> read(UUID tenant) throws IOException {
        Path file = file(tenant);
        return Files.exists(file) ? Optional.of(parsed(file)) : Optional.empty();
    }

    private Entry parsed(Path file) throws IOException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        Known before = known.get(file);
        if (before != null && before.isOf(now)) return before.entry();
        Entry entry = Frames.JSON.readValue(file.toFile(), Entry.class);
        known.put(file, new Known(now.fileKey(), now.lastModifiedTime(), entry));
        return entry;
    }

    /** All that can be read. A file that cannot is left where it is and told, so that one tenant's fault is not everybody's. */
    List<Entry> all() throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
            for (Path file : files) {
                try {
                    entries.add(parsed(file));
                } catch (FileNotFoundException | NoSuchFileException e) {
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
        known.remove(file);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        known.remove(file);
        try (FileChannel renamed = FileChannel.open(directory, StandardOpenOption.READ)) {
            renamed.force(true);
        }
    }

    void forget(UUID tenant) throws IOException {
        Files.deleteIfExists(file(tenant));
        known.remove(file(tenant));
    }

    private Path file(UUID tenant) {
        return directory.resolve(tenant + ".json");
    }
}
