package org.cloister.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.cloister.protocol.ChainLink;
import org.cloister.protocol.SshSignature;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A changed byte, a missing report, a wrong key: each is found and named. */
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
        byte[] bytes = ("{" + (previous.isEmpty() ? "" : "\"previous\":\"" + previous + "\",") + "\"sequence\":"
                        + sequence + ",\"startedAt\":\"2026-01-0" + sequence + "T00:00:00Z\",\"verdict\":\"passed\"}")
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
    void aMissingReportIsFound() throws IOException {
        reports.remove(2);
        assertWrong("Report 3 is missing.");
        reports.remove(1);
        assertWrong("Reports 2 to 3 are missing.");
    }

    @Test
    void aReportThatWasWrittenAnewIsFoundByTheOneAfterIt() throws IOException {
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
        assertTrue(said.out().contains("The chain was seen to reach report 4, which is not here."), said.out());
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
        assertTrue(said.out().contains("Reports 1 to 4 are whole, and none is missing."), said.out());
    }

    private record Said(int exit, String out) {}

    private Said run(String... more) throws IOException {
        List<String> words = new ArrayList<>(
                List.of("--signers", directory.resolve("signers").toString()));
        words.addAll(List.of(more));
        reports.forEach(report -> words.add(report.toString()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int exit = AuditVerify.run(words, new PrintStream(out, true, StandardCharsets.UTF_8));
        return new Said(exit, out.toString(StandardCharsets.UTF_8));
    }

    private void assertWrong(String sentence) throws IOException {
        Said said = run();
        assertEquals(1, said.exit(), said.out());
        assertTrue(said.out().contains(sentence), said.out());
    }
}
