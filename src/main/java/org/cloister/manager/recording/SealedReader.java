package org.cloister.manager.recording;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;

/** Reads a file as {@link Seal} describes, and gives out nothing that was changed. */
final class SealedReader implements Closeable {

    private final DataInputStream in;
    private final SecretKey key;
    private long chunks;
    private boolean ended;

    /** @throws ChangedException it is no recording of this id and instance */
    SealedReader(Path file, SecretKey instance, UUID id) throws IOException {
        in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)));
        try {
            if (!Arrays.equals(in.readNBytes(Seal.MAGIC.length), Seal.MAGIC))
                throw new ChangedException("It does not begin as a recording does.");
            key = Seal.unwrap(instance, in.readNBytes(Seal.NONCE), id, in.readNBytes(Seal.WRAPPED));
        } catch (GeneralSecurityException e) {
            in.close();
            throw new ChangedException("Its key does not belong to it, or to this instance.");
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /**
     * The next piece of the text.
     *
     * @return null at the end of the file; {@link #isWhole} says whether it was its own end
     * @throws ChangedException this piece is not what was written there
     */
    byte[] next() throws IOException {
        byte[] chunk = chunk();
        if (chunk == null) return null;
        if (ended) throw new ChangedException("Something was added behind its end.");
        byte[] text = open(chunk, false);
        if (text == null) {
            text = open(chunk, true);
            if (text == null) throw new ChangedException("Its part " + (chunks + 1) + " was changed.");
            ended = true;
        }
        chunks++;
        return text;
    }

    /** Whether the last chunk was read. */
    boolean isWhole() {
        return ended;
    }

    /** Null at the end of the file, also where it ends in the middle of a chunk. */
    private byte[] chunk() throws IOException {
        try {
            int length = in.readInt();
            if (length < Seal.TAG || length > Seal.CHUNK + Seal.TAG)
                throw new ChangedException("Its part " + (chunks + 1) + " was changed.");
            byte[] chunk = new byte[length];
            in.readFully(chunk);
            return chunk;
        } catch (EOFException e) {
            return null;
        }
    }

    /** Null if it is not what was sealed under this number. */
    private byte[] open(byte[] chunk, boolean last) {
        try {
            return Seal.chunk(Cipher.DECRYPT_MODE, key, chunks, last).doFinal(chunk);
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
