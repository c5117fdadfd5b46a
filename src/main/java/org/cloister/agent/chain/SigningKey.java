package org.cloister.agent.chain;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import org.cloister.protocol.ChainLink;
import org.cloister.protocol.SshSignature;

/**
 * The key that records are signed with. Its file has two lines of base64: PKCS #8, and the 32 bytes of the public half.
 *
 * @param publicKey 32 bytes
 */
record SigningKey(PrivateKey privateKey, byte[] publicKey) {

    static SigningKey make() throws IOException {
        try {
            KeyPair made = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            return new SigningKey(made.getPrivate(), SshSignature.raw(made.getPublic()));
        } catch (GeneralSecurityException e) {
            throw new IOException("a key of Ed25519 cannot be made", e);
        }
    }

    static SigningKey read(Path file) throws IOException {
        try {
            String[] lines = Files.readString(file).strip().split("\n");
            PrivateKey privateKey = KeyFactory.getInstance("Ed25519")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(lines[0])));
            return new SigningKey(privateKey, Base64.getDecoder().decode(lines[1]));
        } catch (GeneralSecurityException | IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new IOException("The key that records are signed with cannot be read: " + file, e);
        }
    }

    void write(Path file) throws IOException {
        Base64.Encoder base64 = Base64.getEncoder();
        String text = base64.encodeToString(privateKey.getEncoded()) + "\n" + base64.encodeToString(publicKey) + "\n";
        WholeFile.write(file, text.getBytes(StandardCharsets.US_ASCII), WholeFile.ROOT_ALONE);
    }

    /** As {@code ssh-keygen -l} prints it. */
    String fingerprint() {
        return SshSignature.fingerprint(publicKey);
    }

    /** As an authorized_keys file has it. */
    String line() {
        return SshSignature.line(publicKey);
    }

    /** As a file of ssh-keygen's. */
    String sign(byte[] document) {
        return SshSignature.sign(privateKey, publicKey, ChainLink.PURPOSE, document)
                .armored();
    }
}
