package org.cloister.agent.proof;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.cloister.protocol.ChainLink;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Reply;
import org.cloister.protocol.SshSignature;

/**
 * Numbers reports, has each name the one before it by its hash, and signs them. The key never leaves the agent, so whoever
 * took over the manager can hide a report, and be found out, but not write one.
 */
public final class Chain {

    /** Copies of the latest reports, should the manager not have got one. */
    private static final int KEPT = 100;

    /** The last report: how many there were with it, and the SHA-256 of its bytes. */
    record Head(long sequence, String sha256) {}

    private final Path key;
    private final Path head;
    private final Path copies;
    private final Path signers;
    private final String instance;

    /**
     * @param home a root-owned 0700 directory
     * @param signers where the public key is written down for everybody, in the form of ssh-keygen's allowed signers
     */
    public Chain(Path home, Path signers, String instance) {
        this.key = home.resolve("audit.key");
        this.head = home.resolve("audit.chain");
        this.copies = home.resolve("audits");
        this.signers = signers;
        this.instance = instance;
    }

    /** The next one of the chain. What was signed is kept before anybody is told. */
    Reply.Sealed seal(JsonNode report) throws IOException {
        Head before = Files.exists(head) ? Frames.JSON.readValue(head.toFile(), Head.class) : new Head(0, null);
        Pair pair = pair(before);
        ObjectNode sealed = (ObjectNode) sorted(report);
        sealed.put("sequence", before.sequence() + 1);
        sealed.put("signer", SshSignature.fingerprint(pair.publicKey()));
        if (before.sha256() != null) sealed.put("previous", before.sha256());
        byte[] bytes = Frames.JSON.writeValueAsBytes(sorted(sealed));
        String signature = SshSignature.sign(pair.privateKey(), pair.publicKey(), ChainLink.PURPOSE, bytes)
                .armored();
        Head now = new Head(before.sequence() + 1, HexFormat.of().formatHex(SshSignature.hash("SHA-256", bytes)));
        Files.createDirectories(copies);
        write(copies.resolve(name(now) + ".json"), bytes);
        write(copies.resolve(name(now) + ".json.sig"), signature.getBytes(StandardCharsets.US_ASCII));
        write(head, Frames.JSON.writeValueAsBytes(now));
        forget();
        return new Reply.Sealed(new String(bytes, StandardCharsets.UTF_8), signature);
    }

    private static String name(Head head) {
        return "%08d".formatted(head.sequence());
    }

    private void forget() throws IOException {
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(copies)) {
            files.forEach(all::add);
        }
        Collections.sort(all);
        for (Path old : all.subList(0, Math.max(0, all.size() - 2 * KEPT))) Files.delete(old);
    }

    private record Pair(PrivateKey privateKey, byte[] publicKey) {}

    /** Made once. Where there are reports and no key, or one that cannot be read, nothing is signed with another. */
    private Pair pair(Head before) throws IOException {
        try {
            if (!Files.exists(key)) {
                if (before.sequence() > 0)
                    throw new IOException("The key that audits are signed with is missing: " + key
                            + ". Bring it back from a backup; without it no report can follow the "
                            + before.sequence() + " that there are.");
                make();
            }
            String[] lines = Files.readString(key).strip().split("\n");
            PrivateKey privateKey = KeyFactory.getInstance("Ed25519")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(lines[0])));
            return new Pair(privateKey, Base64.getDecoder().decode(lines[1]));
        } catch (GeneralSecurityException | IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new IOException("The key that audits are signed with cannot be read: " + key, e);
        }
    }

    private void make() throws IOException, GeneralSecurityException {
        KeyPair made = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] raw = SshSignature.raw(made.getPublic());
        String text = Base64.getEncoder().encodeToString(made.getPrivate().getEncoded()) + "\n"
                + Base64.getEncoder().encodeToString(raw) + "\n";
        write(key, text.getBytes(StandardCharsets.US_ASCII));
        String line =
                "audit@" + instance + " namespaces=\"" + ChainLink.PURPOSE + "\" " + SshSignature.line(raw) + "\n";
        Files.writeString(signers, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        Files.setPosixFilePermissions(signers, PosixFilePermissions.fromString("rw-r--r--"));
    }

    /** Whole or not at all, also after a crash of the machine; for root alone. */
    private static void write(Path file, byte[] bytes) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        try (FileChannel channel = FileChannel.open(
                draft,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) channel.write(left);
            channel.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** The same with the names in order, so that one content has one text. */
    static JsonNode sorted(JsonNode node) {
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
