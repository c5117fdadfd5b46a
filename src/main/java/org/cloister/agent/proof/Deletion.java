package org.cloister.agent.proof;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.cloister.agent.chain.Chain;
import org.cloister.agent.chain.WholeFile;
import org.cloister.agent.fact.Remains;
import org.cloister.agent.sandbox.Refusal;
import org.cloister.agent.sandbox.Tenants;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;

/**
 * Deletes a tenant, looks whether anything is left of it, and seals what it saw. A note on disk carries a deletion from its
 * first step to its record, so that one that was cut short is finished by the next call, and recorded once.
 */
public final class Deletion {

    static final String SCHEMA = "cloister-deletion/1";
    private static final int LOOKS = 3;
    private static final int PAUSE_MILLISECONDS = 400;

    /** @param records how many there were when the deletion began */
    record Note(UUID id, TenantSpec tenant, long records) {}

    /** @param verdict passed; failed where a file is left, void where something could not be looked at */
    record Deleted(
            String schema,
            UUID id,
            String instance,
            String statedBy,
            Report.Verdict verdict,
            Instant deletedAt,
            Report.Host host,
            Tenant tenant,
            Range released,
            List<Looked> looked) {}

    record Tenant(UUID id, String name, int slot) {}

    record Range(long firstUid, int count, String address4, String address6) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Looked(String name, String says, long looked, List<String> left, String fault) {}

    private final String instance;
    private final Path notes;
    private final Tenants tenants;
    private final Remains remains;
    private final Chain chain;
    private final Map<UUID, Object> under = new ConcurrentHashMap<>();

    /** @param home a root-owned 0700 directory */
    public Deletion(String instance, Path home, Tenants tenants, Remains remains, Chain chain) {
        this.instance = instance;
        this.notes = home.resolve("deletions");
        this.tenants = tenants;
        this.remains = remains;
        this.chain = chain;
    }

    /**
     * Idempotent.
     *
     * @throws Refusal something is left that the next tenant of the slot would meet
     */
    public void delete(UUID tenant) throws IOException, Refusal {
        Path note = notes.resolve(tenant + ".json");
        begin(tenant, note);
        tenants.remove(tenant);
        // One at a time for a tenant, so that it is recorded once; others' do not wait while this looks round.
        synchronized (under.computeIfAbsent(tenant, id -> new Object())) {
            finish(note);
        }
        under.remove(tenant);
    }

    private synchronized void begin(UUID tenant, Path note) throws IOException, Refusal {
        if (Files.exists(note) || !tenants.has(tenant)) return;
        Files.createDirectories(notes);
        Note begun = new Note(UUID.randomUUID(), tenants.spec(tenant), chain.length());
        WholeFile.write(note, Frames.JSON.writeValueAsBytes(begun), WholeFile.ROOT_ALONE);
    }

    private void finish(Path note) throws IOException, Refusal {
        if (!Files.exists(note)) return; // there was no such tenant, or somebody else finished it
        Note begun = Frames.JSON.readValue(note.toFile(), Note.class);
        if (!isSealed(begun)) seal(begun, look(begun.tenant()));
        WholeFile.delete(note);
    }

    /** A crash may have come between the record and the end of its note. */
    private boolean isSealed(Note note) throws IOException {
        for (long sequence = note.records() + 1; sequence <= chain.length(); sequence++) {
            try {
                String document = chain.read(sequence).document();
                if (Frames.JSON
                        .readTree(document)
                        .path("id")
                        .asText()
                        .equals(note.id().toString())) return true;
            } catch (Refusal e) { // no longer kept: so many came after it that it is an old one
            }
        }
        return false;
    }

    /** A process that ends, and a cgroup after it, need a moment. */
    private List<Remains.Look> look(TenantSpec gone) throws IOException, Refusal {
        for (int look = 1; ; look++) {
            List<Remains.Look> looks = remains.look(gone);
            List<String> left = looks.stream()
                    .filter(Remains.Look::keeps)
                    .flatMap(each -> each.left().stream())
                    .toList();
            if (left.isEmpty()) return looks;
            if (look == LOOKS)
                throw new Refusal(
                        Reply.Reason.CONFLICT,
                        gone.name() + " is deleted, but something of it is left: "
                                + left.stream().limit(5).collect(Collectors.joining(", "))
                                + ". Its slot stays taken until this is gone.");
            pause();
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE_MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the deletion was interrupted", e);
        }
    }

    private void seal(Note note, List<Remains.Look> looks) throws IOException {
        TenantSpec gone = note.tenant();
        Slot slot = new Slot(gone.slot());
        chain.seal(Frames.JSON.valueToTree(new Deleted(
                SCHEMA,
                note.id(),
                instance,
                "agent",
                Report.worst(looks.stream().map(Deletion::verdict).toList()),
                Chain.now(),
                Report.Host.here(),
                new Tenant(gone.id(), gone.name(), gone.slot()),
                new Range(slot.firstUid(), Slot.IDS, slot.address4(), slot.address6()),
                looks.stream()
                        .map(each -> new Looked(each.name(), each.says(), each.looked(), each.left(), each.fault()))
                        .toList())));
    }

    private static Report.Verdict verdict(Remains.Look look) {
        if (!look.left().isEmpty()) return Report.Verdict.failed;
        return look.fault() == null ? Report.Verdict.passed : Report.Verdict.inconclusive;
    }
}
