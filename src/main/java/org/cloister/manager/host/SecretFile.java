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

/** A secret in a file of its own: made once, readable by the manager alone, and never replaced by itself. */
public final class SecretFile {

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

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
