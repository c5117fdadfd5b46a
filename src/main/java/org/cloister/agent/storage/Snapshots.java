package org.cloister.agent.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.cloister.agent.linux.Linux;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Slot;

/**
 * A tenant's snapshots: read-only subvolumes beside its root, billed to its slot as that is. No path inside a tenant's
 * tree is looked up for any of this, so it does not matter what the tenant has put there.
 */
public final class Snapshots {

    /** That one tenant may have. */
    public static final int MOST = 16;

    private final Pool pool;

    public Snapshots(Pool pool) {
        this.pool = pool;
    }

    /** The oldest first. */
    public List<Reply.Snapshot> list(UUID tenant) throws IOException {
        List<Reply.Snapshot> snapshots = new ArrayList<>();
        for (Path note : Pool.children(pool.snapshots(tenant))) {
            if (!note.toString().endsWith(".json")) continue;
            try {
                Reply.Snapshot snapshot = Frames.JSON.readValue(Files.readAllBytes(note), Reply.Snapshot.class);
                if (has(tenant, snapshot.id())) snapshots.add(snapshot);
            } catch (NoSuchFileException | JsonProcessingException e) {
                // removed since the directory was listed, or nothing of ours
            }
        }
        snapshots.sort(Comparator.comparing(Reply.Snapshot::takenAt));
        return snapshots;
    }

    public boolean has(UUID tenant, UUID id) {
        return Files.exists(note(tenant, id)) && Files.isDirectory(tree(tenant, id));
    }

    /** Keeps the root as it is at this moment. A failed attempt leaves nothing. */
    public void take(UUID tenant, Slot slot, UUID id, String note) throws IOException {
        if (has(tenant, id)) return;
        pool.sweep(slot);
        Files.createDirectories(pool.snapshots(tenant));
        try {
            pool.deleteSubvolume(tree(tenant, id)); // without its note it is half made
            pool.snapshot(pool.root(tenant), tree(tenant, id), slot, true);
            Note.write(
                    note(tenant, id), new Reply.Snapshot(id, note, Instant.now().truncatedTo(ChronoUnit.MILLIS)));
        } catch (IOException | RuntimeException e) {
            try {
                remove(tenant, id);
            } catch (IOException worse) {
                e.addSuppressed(worse);
            }
            throw e;
        }
    }

    /**
     * Makes the root what the snapshot holds. Nothing of the tenant's may run. The two change places in one step, so that
     * a crash leaves the one or the other; what is left beside it is swept when the pool is opened.
     */
    public void restore(UUID tenant, Slot slot, UUID id) throws IOException {
        Path root = pool.root(tenant);
        Path draft = pool.draft(tenant);
        pool.deleteSubvolume(draft);
        pool.snapshot(tree(tenant, id), draft, slot, false);
        Linux.exchange(draft.toString(), root.toString());
        pool.deleteSubvolume(draft);
        pool.sweep(slot);
    }

    /** Idempotent. */
    public void remove(UUID tenant, UUID id) throws IOException {
        Files.deleteIfExists(note(tenant, id));
        pool.deleteSubvolume(tree(tenant, id));
    }

    private Path tree(UUID tenant, UUID id) {
        return pool.snapshots(tenant).resolve(id.toString());
    }

    private Path note(UUID tenant, UUID id) {
        return pool.snapshots(tenant).resolve(id + ".json");
    }
}
