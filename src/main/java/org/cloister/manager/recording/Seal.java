package org.cloister.manager.recording;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * How a recording lies on disk: the word {@link #MAGIC}, a nonce, the file's own key wrapped with the instance's, then
 * chunks, each a length and so many bytes of AES-256-GCM. A chunk's nonce is its number and whether it is the last (the
 * STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015), so a chunk that is changed, moved, left out or
 * cut off at the end is found; the wrapping is bound to the recording's id, so one file cannot pass for another.
 */
final class Seal {

    static final byte[] MAGIC = "cloister.rec.1\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    static final int NONCE = 12;
    static final int TAG = 16;
    static final int WRAPPED = InstanceKey.BYTES + TAG;

    /** Of text in one chunk, in bytes. */
    static final int CHUNK = 64 * 1024;

    private static final String CIPHER = "AES/GCM/NoPadding";

    private Seal() {}

    static SecretKey newKey() {
        byte[] key = new byte[InstanceKey.BYTES];
        new SecureRandom().nextBytes(key);
        return new SecretKeySpec(key, "AES");
    }

    static byte[] wrap(SecretKey instance, byte[] nonce, UUID id, SecretKey key) throws GeneralSecurityException {
        Cipher cipher = cipher(Cipher.ENCRYPT_MODE, instance, nonce);
        cipher.updateAAD(bytes(id));
        return cipher.doFinal(key.getEncoded());
    }

    static SecretKey unwrap(SecretKey instance, byte[] nonce, UUID id, byte[] wrapped) throws GeneralSecurityException {
        Cipher cipher = cipher(Cipher.DECRYPT_MODE, instance, nonce);
        cipher.updateAAD(bytes(id));
        return new SecretKeySpec(cipher.doFinal(wrapped), "AES");
    }

    /** @param mode of {@link Cipher} */
    static Cipher chunk(int mode, SecretKey key, long number, boolean last) throws GeneralSecurityException {
        byte[] nonce =
                ByteBuffer.allocate(NONCE).putLong(number).putInt(last ? 1 : 0).array();
        return cipher(mode, key, nonce);
    }

    private static Cipher cipher(int mode, SecretKey key, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, key, new GCMParameterSpec(TAG * 8, nonce));
        return cipher;
    }

    private static byte[] bytes(UUID id) {
        return ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }
}
