package org.cloister.manager.recording;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key that every recording's own key is wrapped with: 32 bytes, made once, readable by the manager alone. One that is
 * there and cannot be used is an error and never replaced: what was recorded could not be read any more.
 */
final class InstanceKey {

    static final int BYTES = 32;

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private InstanceKey() {}

    /**
     * Reads the key, or makes it where there is none yet.
     *
     * @throws IOException with a sentence that says what is wrong with the file and what to do
     */
    static SecretKey at(Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) make(file);
        byte[] key;
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            key = in.readNBytes(BYTES + 1);
        }
        if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS)))
            throw new IOException("The recordings' key " + file + " is open to others; `chmod 600` it.");
        if (key.length != BYTES)
            throw new IOException(
                    "The recordings' key " + file + " is damaged: put it back from a backup. Removed, a new"
                            + " one is made, and no earlier recording can be read.");
        return new SecretKeySpec(key, "AES");
    }

    private static void make(Path file) throws IOException {
        byte[] key = new byte[BYTES];
        new SecureRandom().nextBytes(key);
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        try (FileChannel out = FileChannel.open(
                draft,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
            out.write(ByteBuffer.wrap(key));
            out.force(true);
        }
        Files.move(draft, file); // not over one that appeared meanwhile
        try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent())) {
            directory.force(true);
        }
    }
}
