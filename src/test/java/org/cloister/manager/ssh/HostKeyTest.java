package org.cloister.manager.ssh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostKeyTest {

    @TempDir
    Path directory;

    Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("ssh_host_ed25519_key");
    }

    @Test
    void isMadeOnceAndForItsOwnerAlone() throws IOException {
        String first = HostKey.at(file).fingerprint();
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(first, HostKey.at(file).fingerprint());
        try (var files = Files.list(directory)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void isInOpenSshsOwnFormat() throws Exception {
        String fingerprint = HostKey.at(file).fingerprint();
        Process keygen = new ProcessBuilder("ssh-keygen", "-lf", file.toString()).start();
        String line = new String(keygen.getInputStream().readAllBytes());
        assertEquals(0, keygen.waitFor());
        assertTrue(line.startsWith("256 " + fingerprint + " ") && line.endsWith("(ED25519)\n"), line);
    }

    @Test
    void ofSshKeygenIsTaken() throws Exception {
        keygen("ed25519");
        assertTrue(HostKey.at(file).fingerprint().startsWith("SHA256:"));
    }

    @Test
    void thatIsDamagedIsRefusedAndLeftAlone() throws IOException {
        HostKey.at(file);
        byte[] damaged = Files.readString(file).replace('A', 'B').getBytes();
        Files.write(file, damaged);
        assertRefusedAndLeftAlone(damaged);
    }

    @Test
    void thatIsEmptyIsRefusedAndLeftAlone() throws IOException {
        HostKey.at(file);
        Files.write(file, new byte[0]);
        assertRefusedAndLeftAlone(new byte[0]);
    }

    @Test
    void ofAnotherKindIsRefused() throws Exception {
        keygen("rsa");
        assertRefusedAndLeftAlone(Files.readAllBytes(file));
    }

    @Test
    void thatOthersCanReadIsRefused() throws IOException {
        HostKey.at(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertRefusedAndLeftAlone(Files.readAllBytes(file));
    }

    @Test
    void thatIsALinkIsNotFollowed() throws IOException {
        Path elsewhere = directory.resolve("elsewhere");
        HostKey.at(elsewhere);
        Files.createSymbolicLink(file, elsewhere);
        assertThrows(IOException.class, () -> HostKey.at(file));
    }

    private void assertRefusedAndLeftAlone(byte[] content) throws IOException {
        IOException refusal = assertThrows(IOException.class, () -> HostKey.at(file));
        assertTrue(refusal.getMessage().contains(file.toString()), refusal.getMessage());
        assertArrayEquals(content, Files.readAllBytes(file));
    }

    private void keygen(String type) throws Exception {
        Process keygen = new ProcessBuilder("ssh-keygen", "-q", "-t", type, "-N", "", "-f", file.toString())
                .inheritIO()
                .start();
        assertEquals(0, keygen.waitFor());
    }
}
