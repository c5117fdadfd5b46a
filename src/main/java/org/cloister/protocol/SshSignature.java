package org.cloister.protocol;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A signature of Ed25519 over a file, as {@code ssh-keygen -Y sign} writes it and {@code -Y verify} takes it (OpenSSH's
 * PROTOCOL.sshsig): so anybody can check one without a program of ours.
 *
 * @param key the signer's, 32 bytes
 * @param namespace what the signature is for; one for another purpose does not fit
 * @param signature 64 bytes
 */
public record SshSignature(byte[] key, String namespace, byte[] signature) {

    private static final byte[] MAGIC = "SSHSIG".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final String TYPE = "ssh-ed25519";
    private static final String HASH = "sha512";
    private static final String BEGIN = "-----BEGIN SSH SIGNATURE-----";
    private static final String END = "-----END SSH SIGNATURE-----";

    /** What stands before the 32 bytes of a key in X.509 (RFC 8410). */
    private static final byte[] PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    public static SshSignature sign(PrivateKey privateKey, byte[] key, String namespace, byte[] message) {
        try {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(privateKey);
            signer.update(signed(namespace, message));
            return new SshSignature(key, namespace, signer.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws IllegalArgumentException it is no signature of this kind */
    public static SshSignature parse(String armored) {
        String text = armored.strip();
        if (!text.startsWith(BEGIN) || !text.endsWith(END))
            throw new IllegalArgumentException("it is no signature of ssh-keygen's");
        try {
            ByteBuffer in = ByteBuffer.wrap(
                    Base64.getMimeDecoder().decode(text.substring(BEGIN.length(), text.length() - END.length())));
            byte[] magic = new byte[MAGIC.length];
            in.get(magic);
            if (!Arrays.equals(magic, MAGIC) || in.getInt() != VERSION)
                throw new IllegalArgumentException("it is a signature of another version");
            byte[] key = inner(take(in));
            String namespace = new String(take(in), StandardCharsets.UTF_8);
            take(in); // reserved
            if (!new String(take(in), StandardCharsets.US_ASCII).equals(HASH))
                throw new IllegalArgumentException("it is made over another hash than " + HASH);
            return new SshSignature(key, namespace, inner(take(in)));
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("it is cut short", e);
        }
    }

    /** What a key and a signature look like alike: their type, and their bytes. */
    private static byte[] inner(byte[] blob) {
        ByteBuffer in = ByteBuffer.wrap(blob);
        if (!new String(take(in), StandardCharsets.US_ASCII).equals(TYPE))
            throw new IllegalArgumentException("it is not one of Ed25519");
        return take(in);
    }

    private static byte[] take(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) throw new BufferUnderflowException();
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    /** Whether it is the signature of this message, for this purpose, by {@link #key}. */
    public boolean fits(String purpose, byte[] message) {
        if (!namespace.equals(purpose) || key.length != 32) return false;
        try {
            ByteBuffer encoded =
                    ByteBuffer.allocate(PREFIX.length + key.length).put(PREFIX).put(key);
            PublicKey publicKey =
                    KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded.array()));
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(publicKey);
            verifier.update(signed(namespace, message));
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** As a file of ssh-keygen's. */
    public String armored() {
        byte[] blob = bytes(out -> {
            out.write(MAGIC);
            out.writeInt(VERSION);
            put(out, blob(key));
            put(out, namespace.getBytes(StandardCharsets.UTF_8));
            put(out, new byte[0]);
            put(out, HASH.getBytes(StandardCharsets.US_ASCII));
            put(out, blob(signature));
        });
        return BEGIN + "\n" + Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(blob) + "\n" + END + "\n";
    }

    /** The signer's key as an authorized_keys file has it, without a comment. */
    public static String line(byte[] key) {
        return TYPE + " " + Base64.getEncoder().encodeToString(blob(key));
    }

    /** The 32 bytes of a public key of the JDK's. */
    public static byte[] raw(PublicKey key) {
        byte[] encoded = key.getEncoded();
        return Arrays.copyOfRange(encoded, PREFIX.length, encoded.length);
    }

    /** As {@code ssh-keygen -l} prints it. */
    public static String fingerprint(byte[] key) {
        return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash("SHA-256", blob(key)));
    }

    private static byte[] signed(String namespace, byte[] message) {
        return bytes(out -> {
            out.write(MAGIC);
            put(out, namespace.getBytes(StandardCharsets.UTF_8));
            put(out, new byte[0]);
            put(out, HASH.getBytes(StandardCharsets.US_ASCII));
            put(out, hash("SHA-512", message));
        });
    }

    private static byte[] blob(byte[] bytes) {
        return bytes(out -> {
            put(out, TYPE.getBytes(StandardCharsets.US_ASCII));
            put(out, bytes);
        });
    }

    public static byte[] hash(String algorithm, byte[] bytes) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Writer {
        void write(DataOutputStream out) throws IOException;
    }

    private static byte[] bytes(Writer writer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            writer.write(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void put(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
