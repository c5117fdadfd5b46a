package org.cloister.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signatures of ours and of the real ssh-keygen's are the same kind. */
class SshSignatureTest {

    private static final byte[] MESSAGE = "what is signed\n".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    private KeyPair pair;
    private byte[] key;

    @BeforeEach
    void makeAKey() throws GeneralSecurityException {
        pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        key = SshSignature.raw(pair.getPublic());
    }

    @Test
    void aChangedMessageAnotherPurposeAndAnotherKeyAreRefused() throws GeneralSecurityException {
        SshSignature signature = SshSignature.sign(pair.getPrivate(), key, "purpose", MESSAGE);
        byte[] changed = MESSAGE.clone();
        changed[3] ^= 1;
        assertFalse(signature.fits("purpose", changed));
        assertFalse(signature.fits("another", MESSAGE));
        byte[] others = SshSignature.raw(
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic());
        assertFalse(new SshSignature(others, "purpose", signature.signature()).fits("purpose", MESSAGE));
        assertTrue(signature.fits("purpose", MESSAGE));
        assertTrue(SshSignature.parse(signature.armored()).fits("purpose", MESSAGE));
    }

    @Test
    void whatIsNoSignatureIsSaidToBeNone() {
        String whole =
                SshSignature.sign(pair.getPrivate(), key, "purpose", MESSAGE).armored();
        for (String text : List.of(
                "",
                "hello",
                whole.substring(0, 60),
                "-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----",
                "-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAf////8=\n-----END SSH SIGNATURE-----",
                whole.replace("U1NIU0lHAAAAAQ", "U1NIU0lHAAAAAg")))
            assertThrows(IllegalArgumentException.class, () -> SshSignature.parse(text), text);
    }

    @Test
    void sshKeygenAcceptsOursAndWeAcceptIts() throws Exception {
        Path signers = Files.writeString(directory.resolve("signers"), "somebody " + SshSignature.line(key) + "\n");
        Path ours = Files.writeString(
                directory.resolve("ours.sig"),
                SshSignature.sign(pair.getPrivate(), key, "purpose", MESSAGE).armored());
        List<String> verify = List.of(
                "ssh-keygen",
                "-Y",
                "verify",
                "-f",
                signers.toString(),
                "-I",
                "somebody",
                "-n",
                "purpose",
                "-s",
                ours.toString());
        assertEquals(1, Math.min(1, run(verify, "changed".getBytes(StandardCharsets.UTF_8))));
        assertEquals(0, run(verify, MESSAGE));

        Path file = Files.write(directory.resolve("message"), MESSAGE);
        Path theirs = directory.resolve("key");
        assertEquals(
                0, run(List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", theirs.toString()), new byte[0]));
        assertEquals(
                0,
                run(
                        List.of(
                                "ssh-keygen",
                                "-q",
                                "-Y",
                                "sign",
                                "-f",
                                theirs.toString(),
                                "-n",
                                "purpose",
                                file.toString()),
                        new byte[0]));
        SshSignature signature = SshSignature.parse(Files.readString(directory.resolve("message.sig")));
        assertTrue(signature.fits("purpose", MESSAGE));
        String line = Files.readString(directory.resolve("key.pub"));
        assertTrue(line.startsWith(SshSignature.line(signature.key()) + " "), line);
    }

    private int run(List<String> command, byte[] input) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(new ArrayList<>(command))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("said").toFile())
                .start();
        try (var in = process.getOutputStream()) {
            in.write(input);
        }
        return process.waitFor();
    }
}
