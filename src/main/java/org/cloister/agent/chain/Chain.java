package org.cloister.agent.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.cloister.agent.sandbox.Refusal;
import org.cloister.protocol.ChainLink;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Request;

/**
 * Numbers records, has each name the one before it by its hash, and signs them. The key never leaves the agent, so whoever
 * took over the manager can hide a record, and be found out, but not write one.
 *
 * <p>What is on disk at any moment is a chain that goes on: a record's copy is written before the head that counts it, and
 * a new key before the record that names it, the head after both. A new key whose record the head does not know is no key.
 */
public final class Chain {

    private static final String KEY_SCHEMA = "cloister-key/1";

    /** Of what stands in a tree as it is (POJONode): what the records of the product's own hold, the names in order. */
    private static final ObjectMapper IN_ORDER = ((JsonMapper) Frames.JSON)
            .rebuild()
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .disable(MapperFeature.SORT_CREATOR_PROPERTIES_FIRST)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    /** Copies of the latest records, for a manager that did not get one. */
    private static final int KEPT = 100;

    /**
     * The last record: how many there were with it, and the SHA-256 of its bytes.
     *
     * @param key the fingerprint of the key that signs the next one; null where an earlier version wrote it
     */
    record Head(long sequence, String sha256, String key) {}

    private final Path key;
    private final Path nextKey;
    private final Path lost;
    private final Path head;
    private final Path copies;
    private final Signers signers;
    private final String instance;
    private final Anchor anchor;

    /**
     * @param home a root-owned 0700 directory
     * @param signers where the public key is written down for everybody, in the form of ssh-keygen's allowed signers
     * @param anchor where the head of the chain is noted down a second time
     */
    public Chain(Path home, Path signers, String instance, Anchor anchor) {
        this.key = home.resolve("audit.key");
        this.nextKey = home.resolve("audit.key.next");
        this.lost = home.resolve("audit.key.lost");
        this.head = home.resolve("audit.chain");
        this.copies = home.resolve("audits");
        this.signers = new Signers(signers, instance);
        this.instance = instance;
        this.anchor = anchor;
    }

    /** The next one of the chain. What was signed is kept before anybody is told. */
    public synchronized Reply.Sealed seal(JsonNode content) throws IOException {
        settle();
        Head before = head();
        SigningKey signer = key(before);
        return append(before, content, signer, signer);
    }

    /** Has the anchor written from now on. */
    public synchronized void begin() throws IOException {
        anchor.begin(head().sequence(), sequence -> {
            Path kept = copy(sequence);
            return Files.exists(kept) ? line(ChainLink.of(Files.readAllBytes(kept))) : null;
        });
    }

    /** To the millisecond, as every time in a record is. */
    public static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    /** How many records there are. */
    public synchronized long length() throws IOException {
        return head().sequence();
    }

    /** Of the anchor. */
    private String line(ChainLink link) {
        return link.head() + " " + link.sealedAt() + " " + link.schema() + " " + instance;
    }

    /** Of what the manager saw, not the agent. */
    public Reply.Sealed seal(Request.NoteReading stated) throws IOException {
        return Reading.seal(this, instance, stated);
    }

    /**
     * A record of the latest ones.
     *
     * @throws Refusal there is none of that number, or no longer a copy
     */
    public synchronized Reply.Sealed read(long sequence) throws IOException, Refusal {
        if (sequence < 1 || sequence > head().sequence())
            throw new Refusal(Reply.Reason.UNKNOWN, "There is no record " + sequence + ".");
        if (!Files.exists(copy(sequence)))
            throw new Refusal(Reply.Reason.CONFLICT, "Of record " + sequence + " no copy is kept here any more.");
        return new Reply.Sealed(
                Files.readString(copy(sequence)), Files.readString(signature(sequence)), anchor.fault());
    }

    /**
     * Signs with a new key from now on. The old one signs a record that names it, and is gone afterwards.
     *
     * @throws Refusal the old one is missing, and root has not said that it is lost for good
     */
    public synchronized Reply.Sealed rotate() throws IOException, Refusal {
        settle();
        Head before = head();
        if (before.sequence() == 0)
            throw new Refusal(Reply.Reason.CONFLICT, "Nothing was signed yet, so there is no key to replace.");
        boolean isLost = !Files.exists(key);
        if (isLost && !Files.exists(lost))
            throw new Refusal(
                    Reply.Reason.CONFLICT,
                    "The key that records are signed with is missing: " + key
                            + ". Bring it back from a backup. Where it is lost for good, root says so by making the empty file "
                            + lost + ", and tries again.");
        SigningKey next = SigningKey.make();
        SigningKey signer = isLost ? next : key(before);
        next.write(nextKey);
        ObjectNode content = Frames.JSON
                .createObjectNode()
                .put("schema", KEY_SCHEMA)
                .put("id", UUID.randomUUID().toString())
                .put("instance", instance)
                .put("statedBy", "agent")
                .put("reason", isLost ? "lost" : "rotated")
                .put("key", next.line())
                .put("fingerprint", next.fingerprint());
        String replaced = isLost ? before.key() : signer.fingerprint();
        if (replaced != null) content.put("replaces", replaced);
        Reply.Sealed sealed = append(before, content, signer, next);
        settle();
        return sealed;
    }

    /** Finishes a change of the key, or forgets one, that was cut short: the head says which. */
    private void settle() throws IOException {
        if (!Files.exists(nextKey)) return;
        SigningKey next = SigningKey.read(nextKey);
        Head now = head();
        if (!next.fingerprint().equals(now.key())) {
            WholeFile.delete(nextKey);
            return;
        }
        signers.replace(
                next, ChainLink.of(Files.readAllBytes(copy(now.sequence()))).sealedAt());
        WholeFile.delete(lost);
        WholeFile.move(nextKey, key);
    }

    /** @param next the key that signs what follows */
    private Reply.Sealed append(Head before, JsonNode content, SigningKey signer, SigningKey next) throws IOException {
        ObjectNode sealed = (ObjectNode) sorted(content);
        sealed.put("sequence", before.sequence() + 1);
        sealed.put("signer", signer.fingerprint());
        sealed.put("sealedAt", now().toString());
        if (before.sha256() != null) sealed.put("previous", before.sha256());
        byte[] bytes = IN_ORDER.writeValueAsBytes(sorted(sealed));
        ChainLink link = ChainLink.of(sealed, bytes);
        String signature = signer.sign(bytes);
        Head now = new Head(link.sequence(), link.sha256(), next.fingerprint());
        Files.createDirectories(copies);
        WholeFile.write(copy(now.sequence()), bytes, WholeFile.ROOT_ALONE);
        WholeFile.write(signature(now.sequence()), signature.getBytes(StandardCharsets.US_ASCII), WholeFile.ROOT_ALONE);
        WholeFile.write(head, Frames.JSON.writeValueAsBytes(now), WholeFile.ROOT_ALONE);
        forget();
        anchor.note(line(link));
        return new Reply.Sealed(new String(bytes, StandardCharsets.UTF_8), signature, anchor.fault());
    }

    private Head head() throws IOException {
        return Files.exists(head) ? Frames.JSON.readValue(head.toFile(), Head.class) : new Head(0, null, null);
    }

    private Path copy(long sequence) {
        return copies.resolve("%08d.json".formatted(sequence));
    }

    private Path signature(long sequence) {
        return copies.resolve("%08d.json.sig".formatted(sequence));
    }

    private void forget() throws IOException {
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(copies)) {
            files.forEach(all::add);
        }
        Collections.sort(all);
        for (Path old : all.subList(0, Math.max(0, all.size() - 2 * KEPT))) Files.delete(old);
    }

    /** Made once. Where there are records and no key, or another, or one that cannot be read, nothing is signed. */
    private SigningKey key(Head before) throws IOException {
        if (!Files.exists(key)) {
            if (before.sequence() > 0)
                throw new IOException("The key that records are signed with is missing: " + key
                        + ". Bring it back from a backup; without it no record can follow the "
                        + before.sequence() + " that there are.");
            SigningKey.make().write(key);
        }
        SigningKey read = SigningKey.read(key);
        if (before.key() != null && !before.key().equals(read.fingerprint()))
            throw new IOException("The key that records are signed with is another than the chain goes on with: " + key
                    + " holds " + read.fingerprint() + ", and it must be " + before.key()
                    + ". Bring that one back from a backup.");
        signers.ensure(read);
        return read;
    }

    /** The same with the names in order, so that one content has one text. */
    public static JsonNode sorted(JsonNode node) {
        if (node.isObject()) {
            ObjectNode sorted = Frames.JSON.createObjectNode();
            List<String> names = new ArrayList<>();
            node.fieldNames().forEachRemaining(names::add);
            Collections.sort(names);
            for (String name : names) sorted.set(name, sorted(node.get(name)));
            return sorted;
        }
        if (!node.isArray()) return node;
        ArrayNode sorted = Frames.JSON.createArrayNode();
        node.forEach(each -> sorted.add(sorted(each)));
        return sorted;
    }
}
