package org.cloister.manager.recording;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.crypto.SecretKey;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.session.OpenConnection;
import org.cloister.manager.session.OpenSession;
import org.cloister.manager.session.Witness;
import org.cloister.manager.session.Witnesses;
import org.cloister.manager.tenant.Tenant;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Makes, keeps, reads and removes recordings. The rows say what there is; a file that no row explains is removed, and so
 * is a row without a file.
 */
@ApplicationScoped
public class Recordings implements Witnesses {

    private static final Logger LOG = Logger.getLogger(Recordings.class);

    /** Hours of typing, or seconds of a program that floods. */
    static final long LARGEST = 16 << 20;

    static final long OF_ONE_TENANT = 256 << 20;

    private static final String IMPOSSIBLE =
            "Sessions on a terminal are recorded here, and just now they cannot be; so none is opened.";

    private final EventLog events;
    private final Path keyFile;
    private final RecordingFiles files;
    private final Map<UUID, Shelf> shelves = new ConcurrentHashMap<>();
    private final Set<UUID> goingOn = ConcurrentHashMap.newKeySet();
    private final ExecutorService writers = Executors.newCachedThreadPool(Thread.ofPlatform()
            .name("recording-", 1)
            .daemon()
            .stackSize(256 * 1024)
            .factory());
    private SecretKey key;

    Recordings(EventLog events, @ConfigProperty(name = "cloister.home") Path home) {
        this.events = events;
        keyFile = home.resolve("keys/manager/recordings.key");
        files = new RecordingFiles(home.resolve("recordings"));
    }

    // --- made ---

    /** Begins to record a terminal, if its tenant's plan says so. */
    @Override
    public Witness of(OpenSession session, int columns, int rows, String term) throws IOException {
        if (!session.runs().terminal()) return Witness.NOBODY;
        UUID tenant = session.connection().who().tenantId();
        try {
            boolean wanted = QuarkusTransaction.requiringNew()
                    .call(() -> Tenant.<Tenant>findByIdOptional(tenant)
                            .map(found -> found.recording)
                            .orElse(true));
            return wanted ? record(tenant, session, columns, rows, term) : Witness.NOBODY;
        } catch (IOException | RuntimeException e) {
            LOG.errorf("a session cannot be recorded, so it is not opened: %s", e);
            goingOn.remove(session.id());
            throw new IOException(IMPOSSIBLE, e);
        }
    }

    private Witness record(UUID tenant, OpenSession session, int columns, int rows, String term) throws IOException {
        UUID id = session.id();
        files.requireRoom();
        Path path = files.newFile(tenant, id);
        goingOn.add(id); // before there is a row or a file: tidying leaves it alone
        QuarkusTransaction.requiringNew().run(() -> row(tenant, session).persist());
        SealedWriter file = new SealedWriter(path, key(), id);
        Recorder recorder;
        try {
            recorder = new Recorder(
                    file,
                    room(tenant),
                    columns,
                    rows,
                    term,
                    session::end,
                    ending -> end(tenant, id, ending, file.written()));
        } catch (IOException e) {
            file.close();
            throw e;
        }
        writers.execute(recorder);
        return recorder;
    }

    private static Recording row(UUID tenant, OpenSession session) {
        OpenConnection.Who who = session.connection().who();
        Recording row = new Recording();
        row.id = session.id();
        row.tenantId = tenant;
        row.user = who.user();
        row.fingerprint = who.fingerprint();
        row.account = who.account();
        row.address = who.address();
        row.command = session.runs().command();
        row.startedAt = Instant.now();
        return row;
    }

    /** On a shelf, and never from the disk's last reserve. */
    private Recorder.Room room(UUID tenant) {
        Recorder.Room room = shelves.computeIfAbsent(
                        tenant, id -> new Shelf(LARGEST, OF_ONE_TENANT, () -> removeOldest(id), files.size(id)))
                .one();
        return new Recorder.Room() {
            private long unchecked;

            @Override
            public boolean take(long bytes) throws IOException {
                unchecked += bytes;
                if (unchecked > 1 << 20) {
                    files.requireRoom();
                    unchecked = 0;
                }
                return room.take(bytes);
            }
        };
    }

    private void end(UUID tenant, UUID id, Recording.Ending ending, long bytes) {
        try {
            QuarkusTransaction.requiringNew()
                    .run(() -> Recording.of(tenant, id).ifPresent(row -> {
                        row.ending = ending;
                        row.endedAt = Instant.now();
                        row.bytes = bytes;
                    }));
        } catch (RuntimeException e) { // tidying finds it later
            LOG.warnf("the end of a recording was not stored: %s", e.getMessage());
        } finally {
            goingOn.remove(id);
        }
    }

    // --- read and removed ---

    /** The newest first. */
    public List<Recording> of(Tenant tenant) {
        return Recording.of(tenant.id);
    }

    /** @throws Refusal the tenant has none of that id */
    Recording get(Tenant tenant, UUID id) {
        return Recording.of(tenant.id, id)
                .orElseThrow(() -> Refusal.unknown(tenant.name + " has no recording of that id."));
    }

    /**
     * Opens one to be read, after it was read once to its end: nobody gets half of something that was changed. That
     * somebody reads it is written down first.
     *
     * @throws Refusal there is none, or it is not what was written
     */
    SealedReader open(String actor, Tenant tenant, UUID id) throws IOException {
        Recording row = get(tenant, id);
        events.record(
                actor, "recording.read", tenant.name, "The recording of " + row.startedAt + " (" + id + ") was read.");
        try {
            boolean whole = check(tenant.id, id);
            if (!whole && row.ending != null && row.ending != Recording.Ending.CUT)
                throw new ChangedException("Its end is missing.");
            return new SealedReader(files.file(tenant.id, id), key(), id);
        } catch (ChangedException e) {
            events.record("cloister", "recording.changed", tenant.name, "The recording " + id + ": " + e.getMessage());
            throw new Refusal(Refusal.Kind.CONFLICT, "This recording is not what was written. " + e.getMessage(), e);
        }
    }

    private boolean check(UUID tenant, UUID id) throws IOException {
        try (SealedReader reader = new SealedReader(files.file(tenant, id), key(), id)) {
            while (reader.next() != null) {} // until its end, or until something is found
            return reader.isWhole();
        }
    }

    void remove(String actor, Tenant tenant, UUID id) {
        QuarkusTransaction.requiringNew().run(() -> {
            Recording row = get(tenant, id);
            if (row.endedAt == null) throw Refusal.conflict(null, "This recording is going on; end its session first.");
            row.delete();
            events.record(
                    actor, "recording.removed", tenant.name, "The recording of " + row.startedAt + " was removed.");
        });
        tidy();
    }

    /** Within the shelf's lock. */
    private long removeOldest(UUID tenant) throws IOException {
        Recording oldest = QuarkusTransaction.requiringNew().call(() -> {
            Recording row = Recording.oldestEnded(tenant).orElse(null);
            if (row == null) return null;
            row.delete();
            events.record(
                    "cloister",
                    "recording.removed",
                    Tenant.<Tenant>findByIdOptional(tenant)
                            .map(found -> found.name)
                            .orElse(null),
                    "The recording of " + row.startedAt + " was removed: it was the oldest, and newer ones need room.");
            return row;
        });
        if (oldest == null) return 0;
        Path file = files.file(tenant, oldest.id);
        long size = Math.max(1, RecordingFiles.size(file));
        Files.deleteIfExists(file);
        return size;
    }

    // --- kept in order ---

    void start(@Observes StartupEvent start) {
        tidy();
    }

    /** What a manager that was killed left going on is ended; what belongs to nobody any more is removed. */
    @Scheduled(every = "60s", delayed = "60s")
    synchronized void tidy() {
        try {
            Set<UUID> busy = Set.copyOf(goingOn);
            for (Recording row : QuarkusTransaction.requiringNew().call(Recording::goingOn))
                if (!busy.contains(row.id) && !goingOn.contains(row.id)) settle(row);
            for (UUID tenant : files.tenants()) tidy(tenant, busy);
        } catch (IOException | RuntimeException e) {
            LOG.warnf("recordings were not tidied: %s", e);
        }
    }

    private void settle(Recording row) throws IOException {
        Path file = files.file(row.tenantId, row.id);
        if (!Files.exists(file)) {
            QuarkusTransaction.requiringNew().run(() -> Recording.deleteById(row.id));
            return;
        }
        boolean whole;
        try {
            whole = check(row.tenantId, row.id);
        } catch (ChangedException e) {
            whole = false;
        }
        end(row.tenantId, row.id, whole ? Recording.Ending.WHOLE : Recording.Ending.CUT, Files.size(file));
    }

    private void tidy(UUID tenant, Set<UUID> busy) throws IOException {
        List<UUID> there = files.recordings(tenant); // before the rows: what is new since then has one
        Set<UUID> known = QuarkusTransaction.requiringNew().call(() -> {
            if (Tenant.findByIdOptional(tenant).isEmpty()) return null;
            return Set.copyOf(Recording.of(tenant).stream().map(row -> row.id).toList());
        });
        if (known == null) {
            files.remove(tenant);
            shelves.remove(tenant);
            return;
        }
        for (UUID id : there)
            if (!known.contains(id) && !busy.contains(id) && !goingOn.contains(id))
                Files.deleteIfExists(files.file(tenant, id));
        Shelf shelf = shelves.get(tenant);
        if (shelf != null) shelf.measure(() -> files.size(tenant));
    }

    private synchronized SecretKey key() throws IOException {
        if (key == null) key = InstanceKey.at(keyFile);
        return key;
    }

    /** Sessions have ended by now; what they showed last is written. */
    @PreDestroy
    void stop() throws InterruptedException {
        writers.shutdown();
        writers.awaitTermination(3, TimeUnit.SECONDS);
    }
}
