package org.cloister.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.cloister.protocol.ChainLink;
import org.cloister.protocol.SshSignature;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A changed byte, a missing record, a wrong key: each is found and named. */
class AuditVerifyTest {

    @TempDir
    Path directory;

    private KeyPair key;
    private final List<Path> reports = new ArrayList<>();
    private String last = "";

    @BeforeEach
    void makeAChainOfFour() throws Exception {
        key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Files.writeString(
                directory.resolve("signers"),
                "audit@here namespaces=\"cloister-audit\" " + SshSignature.line(SshSignature.raw(key.getPublic()))
                        + "\n");
        for (int i = 1; i <= 4; i++) reports.add(write(i, last, key));
    }

    private Path write(int sequence, String previous, KeyPair signer) throws IOException {
        return write(sequence, previous, signer, "\"schema\":\"cloister-audit/1\",\"verdict\":\"passed\"");
    }

    /** A record that names a new key. */
    private Path write(int sequence, KeyPair signer, KeyPair next) throws IOException {
        return write(
                sequence,
                last,
                signer,
                "\"schema\":\"cloister-key/1\",\"reason\":\"rotated\",\"key\":\""
                        + SshSignature.line(SshSignature.raw(next.getPublic())) + "\",\"replaces\":\""
                        + SshSignature.fingerprint(SshSignature.raw(signer.getPublic())) + "\"");
    }

    private Path write(int sequence, String previous, KeyPair signer, String content) throws IOException {
        byte[] bytes = ("{" + content + (previous.isEmpty() ? "" : ",\"previous\":\"" + previous + "\"")
                        + ",\"sequence\":" + sequence + ",\"sealedAt\":\"2026-01-0" + sequence + "T00:00:00Z\"}")
                .getBytes(StandardCharsets.UTF_8);
        Path file = Files.write(directory.resolve(sequence + ".json"), bytes);
        Files.writeString(
                directory.resolve(sequence + ".json.sig"),
                SshSignature.sign(signer.getPrivate(), SshSignature.raw(signer.getPublic()), ChainLink.PURPOSE, bytes)
                        .armored());
        last = HexFormat.of().formatHex(SshSignature.hash("SHA-256", bytes));
        return file;
    }

    @Test
    void aChangedByteIsFound() throws IOException {
        Files.writeString(reports.get(1), Files.readString(reports.get(1)).replace("passed", "failed"));
        assertWrong("2.json: it was changed after it was signed");
    }

    @Test
    void aMissingRecordIsFound() throws IOException {
        reports.remove(2);
        assertWrong("Record 3 is missing.");
        reports.remove(1);
        assertWrong("Records 2 to 3 are missing.");
    }

    @Test
    void aRecordThatWasWrittenAnewIsFoundByTheOneAfterIt() throws IOException {
        write(2, "", key);
        assertWrong("3.json: it does not follow");
    }

    @Test
    void aKeyThatIsNotAmongTheSignersIsFound() throws IOException, GeneralSecurityException {
        write(4, last, KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
        assertWrong("4.json: it is signed with a key that is not among the signers, SHA256:");
    }

    @Test
    void anEndThatWasCutOffIsFoundByWhatWasNotedDown() throws IOException {
        String head = "4:" + last;
        assertEquals(0, run("--head", head).exit());
        reports.remove(3);
        Said said = run("--head", head);
        assertEquals(1, said.exit());
        assertTrue(said.out().contains("The chain was seen to reach record 4, which is not here."), said.out());
    }

    @Test
    void whatIsNoSignatureIsToldByItsFile() throws IOException {
        Files.writeString(directory.resolve("1.json.sig"), "nothing");
        assertWrong("1.json.sig: it is no signature");
        Files.delete(directory.resolve("1.json.sig"));
        assertWrong("1.json: there is no signature beside it (1.json.sig).");
    }

    @Test
    void wordsThatMakeNoSenseAreRefused() {
        for (List<String> words : List.of(
                List.<String>of(),
                List.of("--signers"),
                List.of("--nothing", "x"),
                List.of("--head", "4", reports.getFirst().toString())))
            assertThrows(IllegalArgumentException.class, () -> AuditVerify.run(words, System.out));
    }

    @Test
    void aWholeChainIsSaidToBeWhole() throws IOException {
        Said said = run();
        assertEquals(0, said.exit(), said.out());
        assertTrue(said.out().contains("Records 1 to 4 are whole, and none is missing."), said.out());
    }

    @Test
    void aChangedRecordIsNotAlsoCalledMissing() throws IOException {
        Files.writeString(reports.get(1), Files.readString(reports.get(1)).replace("passed", "failed"));
        assertFalse(run().out().contains("missing"), run().out());
    }

    @Test
    void twoRecordsOfOneNumberAreFound() throws IOException {
        Path other = Files.createDirectory(directory.resolve("other"));
        Files.move(reports.get(3), other.resolve("4.json"));
        Files.move(directory.resolve("4.json.sig"), other.resolve("4.json.sig"));
        reports.set(3, other.resolve("4.json"));
        reports.add(write(4, "", key));
        assertWrong("there is another record of the number 4, ");
    }

    @Test
    void aNewKeyCountsOnlyWhereARecordOfTheOldOneNamesIt() throws Exception {
        KeyPair next = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        reports.add(write(5, last, next));
        assertWrong("5.json: it is signed with a key that is not among the signers, SHA256:");
        Said unnamed = verify(List.of());
        assertTrue(
                unnamed.exit() == 1 && unnamed.out().contains("another key, which no record before it names"),
                unnamed.out());
        write(4, reset(3), key, "\"schema\":\"cloister-audit/1\",\"verdict\":\"passed\"");
        reports.set(4, write(5, key, next));
        reports.add(write(6, last, next));
        Said said = run();
        assertEquals(0, said.exit(), said.out());
        assertEquals(0, verify(List.of()).exit(), "and without a file of signers");
        reports.remove(4);
        assertWrong("6.json: it is signed with a key that is not among the signers");
    }

    private String reset(int sequence) throws IOException {
        return HexFormat.of().formatHex(SshSignature.hash("SHA-256", Files.readAllBytes(reports.get(sequence - 1))));
    }

    @Test
    void aKeyThatWasReplacedSignsNoMore() throws Exception {
        KeyPair next = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        reports.add(write(5, key, next));
        reports.add(write(6, last, key));
        assertWrong("6.json: it is signed with a key that record 5 replaced, SHA256:");
        reports.set(5, write(6, key, next)); // nor does it name another
        assertWrong("6.json: it is signed with a key that record 5 replaced, SHA256:");
    }

    @Test
    void aKeyOfTheSignersCountsInItsTimeAlone() throws IOException {
        String line = Files.readString(directory.resolve("signers"));
        Files.writeString(
                directory.resolve("signers"),
                line.replace(" ssh-ed25519", ",valid-before=\"20260103000000Z\" ssh-ed25519"));
        assertWrong("4.json: it was signed at 2026-01-04T00:00:00Z, when its key was not to sign, SHA256:");
        Files.writeString(
                directory.resolve("signers"),
                line.replace(" ssh-ed25519", ",valid-after=\"20260101000000Z\" ssh-ed25519"));
        assertEquals(0, run().exit(), run().out());
    }

    @Test
    void signersForAnotherPurposeOrWithATimeWithoutAZoneAreRefused() throws IOException {
        String line = Files.readString(directory.resolve("signers"));
        for (String other : List.of(
                line.replace("cloister-audit", "file"),
                line.replace(" ssh-ed25519", ",valid-before=\"20260103\" ssh-ed25519"),
                "# " + line)) {
            Files.writeString(directory.resolve("signers"), other);
            assertThrows(IllegalArgumentException.class, this::run, other);
        }
    }

    @Test
    void anArchiveIsCheckedLikeItsFiles() throws IOException {
        assertEquals(0, verify(List.of(archive())).exit());
        Files.writeString(reports.get(1), Files.readString(reports.get(1)).replace("passed", "failed"));
        Said said = verify(List.of(archive()));
        assertTrue(said.exit() == 1 && said.out().contains("2.json: it was changed after it was signed"), said.out());
        Path none = Files.writeString(directory.resolve("none.zip"), "nothing");
        assertThrows(IOException.class, () -> verify(List.of(none.toString())));
    }

    private String archive() throws IOException {
        Path archive = directory.resolve("records.zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
            for (Path report : reports)
                for (String name : List.of(report.toString(), report + ".sig")) {
                    zip.putNextEntry(new ZipEntry(Path.of(name).getFileName().toString()));
                    zip.write(Files.readAllBytes(Path.of(name)));
                    zip.closeEntry();
                }
        }
        reports.clear();
        for (int i = 1; i <= 4; i++) reports.add(directory.resolve(i + ".json"));
        return archive.toString();
    }

    @Test
    void whatTheAnchorHasMustBeThere() throws IOException {
        StringBuilder lines = new StringBuilder("what a crash left of a li\n");
        for (int i = 1; i <= 4; i++)
            lines.append(i + ":" + reset(i) + " 2026-01-0" + i + "T00:00:00Z cloister-audit/1 here\n");
        String anchor = Files.writeString(directory.resolve("anchor"), lines).toString();
        assertEquals(0, run("--anchor", anchor).exit());
        reports.removeFirst(); // the anchor may know older ones
        assertEquals(0, run("--anchor", anchor).exit());
        reports.removeLast();
        Said cut = run("--anchor", anchor);
        assertTrue(cut.exit() == 1 && cut.out().contains("seen to reach record 4"), cut.out());
        reports.add(write(4, reset(2), key, "\"schema\":\"cloister-audit/1\",\"verdict\":\"failed\""));
        Said anew = run("--anchor", anchor);
        assertTrue(anew.out().contains("it is not the record 4 that was noted down"), anew.out());
    }

    private record Said(int exit, String out) {}

    private Said run(String... more) throws IOException {
        List<String> words = new ArrayList<>(
                List.of("--signers", directory.resolve("signers").toString()));
        words.addAll(List.of(more));
        return verify(words);
    }

    private Said verify(List<String> words) throws IOException {
        List<String> all = new ArrayList<>(words);
        if (words.stream().noneMatch(word -> word.endsWith(".zip")))
            reports.forEach(report -> all.add(report.toString()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int exit = AuditVerify.run(all, new PrintStream(out, true, StandardCharsets.UTF_8));
        return new Said(exit, out.toString(StandardCharsets.UTF_8));
    }

    private void assertWrong(String sentence) throws IOException {
        Said said = run();
        assertEquals(1, said.exit(), said.out());
        assertTrue(said.out().contains(sentence), said.out());
    }
}
