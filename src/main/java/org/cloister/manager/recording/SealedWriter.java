package org.cloister.manager.recording;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Set;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;

/** Writes a file as {@link Seal} describes. Without {@link #finish} it lacks its last chunk, and reads as cut. */
final class SealedWriter implements Closeable {

    private final FileChannel file;
    private final SecretKey key = Seal.newKey();
    private final ByteBuffer text = ByteBuffer.allocate(Seal.CHUNK);
    private long chunks;
    private long written;

    /** Makes the file, which must not be there. */
    SealedWriter(Path path, SecretKey instance, UUID id) throws IOException {
        file = FileChannel.open(
                path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            byte[] nonce = new byte[Seal.NONCE];
            new SecureRandom().nextBytes(nonce);
            write(ByteBuffer.allocate(Seal.MAGIC.length + Seal.NONCE + Seal.WRAPPED)
                    .put(Seal.MAGIC)
                    .put(nonce)
                    .put(Seal.wrap(instance, nonce, id, key))
                    .flip());
        } catch (GeneralSecurityException e) {
            file.close();
            throw new IOException(e);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    void write(byte[] bytes) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            if (!text.hasRemaining()) seal(false);
            int length = Math.min(rest.remaining(), text.remaining());
            text.put(rest.slice().limit(length));
            rest.position(rest.position() + length);
        }
    }

    /** What is not on disk yet goes there, as a chunk of its own. */
    void flush() throws IOException {
        if (text.position() > 0) seal(false);
    }

    /** Writes the last chunk. */
    void finish() throws IOException {
        seal(true);
        file.force(true);
    }

    /** The size of the file so far, in bytes. */
    long written() {
        return written;
    }

    private void seal(boolean last) throws IOException {
        text.flip();
        ByteBuffer chunk = ByteBuffer.allocate(Integer.BYTES + text.remaining() + Seal.TAG);
        chunk.putInt(text.remaining() + Seal.TAG);
        try {
            Seal.chunk(Cipher.ENCRYPT_MODE, key, chunks++, last).doFinal(text, chunk);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
        text.clear();
        write(chunk.flip());
    }

    private void write(ByteBuffer bytes) throws IOException {
        written += bytes.remaining();
        while (bytes.hasRemaining()) file.write(bytes);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
