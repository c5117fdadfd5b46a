package org.cloister.manager.host;

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
import java.util.function.Supplier;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** A secret in a file of its own: made once, readable by the manager alone, and never replaced by itself. */
public final class SecretFile {

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private static final int KEY_BYTES = 32;

    private SecretFile() {}

    /**
     * Reads the file, or makes it where there is none yet.
     *
     * @param name at the beginning of a sentence: "The recordings' key"
     * @param most bytes that are read
     * @throws IOException it cannot be read, or, with a sentence, it is open to others
     */
    public static byte[] read(Path file, String name, int most, Supplier<byte[]> fresh) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) make(file, fresh.get());
        byte[] secret;
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            secret = in.readNBytes(most);
        }
        if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS)))
            throw new IOException(name + " " + file + " is open to others; `chmod 600` it.");
        return secret;
    }

    /**
     * Reads a key of AES-256, or makes it where there is none yet. One that is there and cannot be used is never replaced.
     *
     * @param lost what nobody could do with another one: "read an earlier recording"
     * @throws IOException with a sentence that says what is wrong with the file and what to do
     */
    public static SecretKey key(Path file, String name, String lost) throws IOException {
        byte[] key = read(file, name, KEY_BYTES + 1, () -> random(KEY_BYTES));
        if (key.length != KEY_BYTES)
            throw new IOException(
                    name + " " + file + " is damaged: put it back from a backup. Removed, a new one is made,"
                            + " by which nobody can " + lost + ".");
        return new SecretKeySpec(key, "AES");
    }

    public static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        return random;
    }

    private static void make(Path file, byte[] secret) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        try (FileChannel out = FileChannel.open(
                draft,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
            out.write(ByteBuffer.wrap(secret));
            out.force(true);
        }
        Files.move(draft, file); // not over one that appeared meanwhile
        try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent())) {
            directory.force(true);
        }
    }
}
