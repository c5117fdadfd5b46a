package org.cloister.manager.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.cloister.manager.problem.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the real ssh-keygen where a key is good, and against damage of every kind where it is not. */
class PublicKeysTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "ed25519, 256, ssh-ed25519",
        "ecdsa, 256, ecdsa-sha2-nistp256",
        "ecdsa, 384, ecdsa-sha2-nistp384",
        "ecdsa, 521, ecdsa-sha2-nistp521",
        "rsa, 2048, ssh-rsa",
        "rsa, 4096, ssh-rsa"
    })
    void aKeyOfSshKeygenHasItsTypeAndFingerprint(String kind, String bits, String type) throws Exception {
        String line = generate(kind, bits, "alice's laptop");
        PublicKey key = PublicKeys.parse(List.of(line)).getFirst();
        assertEquals(type, key.type());
        assertEquals("alice's laptop", key.comment());
        assertEquals(run("ssh-keygen", "-l", "-f", directory + "/key.pub").split(" ")[1], key.fingerprint());
        assertEquals(line.split(" ")[1], key.blob());
    }

    @ParameterizedTest
    @CsvSource({"sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"})
    void aKeyOfASecurityTokenIsTaken(String type) throws Exception {
        Object[] fields = type.startsWith("sk-ssh")
                ? new Object[] {type, new byte[32], "ssh:"}
                : new Object[] {type, "nistp256", pointOfSshKeygen(), "ssh:"};
        PublicKey key = PublicKeys.parse(List.of(type + " " + blob(fields))).getFirst();
        assertEquals(type, key.type());
        assertEquals("", key.comment());
    }

    @Test
    void severalKeysInOnePasteWithCommentsAndWindowsLineEndsAreAllTaken() throws Exception {
        String first = generate("ed25519", "256", "one");
        Files.delete(directory.resolve("key"));
        String second = generate("ecdsa", "256", "two");
        String paste = "\uFEFF# my keys\r\n" + first + "\r\n\r\n  " + second + "  \r\n" + first + "\r\n";
        List<PublicKey> keys = PublicKeys.parse(List.of(paste));
        assertEquals(
                List.of("one", "two"), keys.stream().map(PublicKey::comment).toList());
    }

    @ParameterizedTest
    @CsvSource({"OpenSSH", "PEM", "PKCS8"})
    void aPrivateKeyIsRefusedAndNeverRepeated(String format) throws Exception {
        generate("rsa", "2048", "secret");
        if (!format.equals("OpenSSH")) run("ssh-keygen", "-p", "-N", "", "-m", format, "-f", directory + "/key");
        String secret = Files.readString(directory.resolve("key"));
        Refusal refusal = refused(secret);
        assertTrue(refusal.sentence().contains(".pub"), refusal.sentence());
        assertTrue(refusal.sentence().contains("private key"), refusal.sentence());
        for (String line : secret.lines().toList())
            assertFalse(refusal.sentence().contains(line), line);
    }

    @Test
    void aPrivateKeyWithoutItsArmourIsRefusedAsOne() throws Exception {
        generate("ed25519", "256", "secret");
        String body =
                String.join("", Files.readAllLines(directory.resolve("key")).subList(1, 3));
        assertTrue(refused(body).sentence().contains("private key"));
    }

    @Test
    void aCommentThatSpeaksOfAPrivateKeyIsOnlyAComment() throws Exception {
        assertEquals(
                1,
                PublicKeys.parse(List.of(generate("ed25519", "256", "not my private key")))
                        .size());
    }

    @Test
    void whatOnlyLooksLikeOptionsIsRefusedWithoutBeingRepeated() throws Exception {
        String line = generate("ed25519", "256", "x");
        for (String before :
                List.of("secret words ", "secret=\"", "secret=\"a b ", "secret, ", ",secret ", "sécret ")) {
            String sentence = refused(before + line).sentence();
            assertTrue(sentence.contains("options"), sentence);
            assertFalse(sentence.contains("secret"), sentence);
        }
    }

    @Test
    void optionsStandBeforeTheKeyAsInAuthorizedKeys() throws Exception {
        String line = generate("ed25519", "256", "x");
        PublicKey key = PublicKeys.parse(List.of("no-pty,command=\"echo \\\"a b\\\"\" \t" + line))
                .getFirst();
        assertEquals("echo \"a b\"", key.options().command());
        assertFalse(key.options().terminal());
        assertEquals("x", key.comment());
        assertEquals(KeyOptions.NONE, PublicKeys.parse(List.of(line)).getFirst().options());
    }

    @Test
    void aKeyThatHasExpiredIsNotAdded() throws Exception {
        String line = generate("ed25519", "256", "x");
        assertTrue(refused("expiry-time=\"20200101\" " + line).sentence().contains("over already"));
        PublicKeys.parse(List.of("expiry-time=\"29990101\" " + line));
    }

    @Test
    void oneKeyWithTwoKindsOfOptionsIsRefused() throws Exception {
        String line = generate("ed25519", "256", "x");
        assertTrue(refused("no-pty " + line + "\n" + line).sentence().contains("different options"));
        assertEquals(
                1,
                PublicKeys.parse(List.of("from=\"10.0.0.1\" " + line, "from=\"10.0.0.1\" " + line))
                        .size());
    }

    @Test
    void aShortRsaKeyIsRefusedWithItsBits() throws Exception {
        assertTrue(refused(generate("rsa", "1024", "x")).sentence().contains("1024 bits"));
    }

    @Test
    void whatIsCutOffOrLongerThanItsTypeIsDamaged() throws Exception {
        String[] words = generate("ed25519", "256", "x").split(" ");
        byte[] blob = Base64.getDecoder().decode(words[1]);
        assertDamaged(words[0] + " " + words[1].substring(0, 40));
        assertDamaged(words[0] + " " + words[1].substring(0, 39) + "\u00e9");
        assertDamaged(
                words[0] + " " + Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(blob, blob.length + 1)));
        assertDamaged("ssh-ed25519 " + blob("ssh-ed25519", new byte[31]));
        assertDamaged("ssh-ed25519 AAAA");
        assertDamaged("ssh-rsa " + blob("ssh-rsa", new byte[0], new byte[0]));
        assertDamaged("ssh-rsa /////w==");
    }

    @Test
    void aPointOffTheCurveIsDamaged() throws Exception {
        byte[] point = pointOfSshKeygen();
        point[40] ^= 1;
        assertDamaged("ecdsa-sha2-nistp256 " + blob("ecdsa-sha2-nistp256", "nistp256", point));
    }

    @Test
    void aKeyOfAnotherTypeInsideIsRefused() throws Exception {
        String[] words = generate("ed25519", "256", "x").split(" ");
        assertTrue(refused("ssh-rsa " + words[1]).sentence().contains("another kind of key"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                        | no key in this",
                "'# only a comment'                        | no key in this",
                "hello                                     | not a public key",
                "ssh-ed25519                               | missing",
                "ssh-dss AAAAB3NzaC1kc3MAAACB              | DSA",
                "ssh-ed25519-cert-v01@openssh.com AAAAIHN  | certificate",
                "'---- BEGIN SSH2 PUBLIC KEY ----'         | another format",
                "'-----BEGIN PUBLIC KEY-----'              | another format",
            })
    void whatIsNoKeyIsToldApart(String paste, String expected) {
        Refusal refusal = refused(paste);
        assertTrue(refusal.sentence().contains(expected), refusal.sentence());
    }

    @Test
    void aCommentLosesWhatCouldDeceiveAReader() throws Exception {
        String line = generate("ed25519", "256", "x").replaceFirst(" x$", " a\u202Eb\u0007c");
        assertEquals("abc", PublicKeys.parse(List.of(line)).getFirst().comment());
    }

    private static Refusal refused(String paste) {
        Refusal refusal = assertThrows(Refusal.class, () -> PublicKeys.parse(List.of(paste)));
        assertEquals("sshKeys", refusal.field());
        return refusal;
    }

    private static void assertDamaged(String line) {
        assertTrue(refused(line).sentence().startsWith("The key is damaged"), line);
    }

    private byte[] pointOfSshKeygen() throws Exception {
        byte[] blob = Base64.getDecoder().decode(generate("ecdsa", "256", "x").split(" ")[1]);
        return java.util.Arrays.copyOfRange(blob, blob.length - 65, blob.length);
    }

    private static String blob(Object... fields) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (Object field : fields) {
            byte[] value = field instanceof byte[] raw ? raw : ((String) field).getBytes(StandardCharsets.US_ASCII);
            out.writeInt(value.length);
            out.write(value);
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private String generate(String kind, String bits, String comment) throws Exception {
        Files.deleteIfExists(directory.resolve("key"));
        run("ssh-keygen", "-q", "-t", kind, "-b", bits, "-N", "", "-C", comment, "-f", directory + "/key");
        return Files.readString(directory.resolve("key.pub")).strip();
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }
}
