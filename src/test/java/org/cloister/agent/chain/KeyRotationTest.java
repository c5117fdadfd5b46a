package org.cloister.agent.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.cloister.agent.sandbox.Refusal;
import org.cloister.protocol.AllowedSigner;
import org.cloister.protocol.ChainLink;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Reply;
import org.cloister.protocol.SshSignature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new key is the chain's only where the old one said so, wherever the power failed meanwhile. */
class KeyRotationTest {

    @TempDir
    Path home;

    private Chain chain() {
        return new Chain(home, home.resolve("signers"), "here", new Anchor(null));
    }

    private Reply.Sealed seal() throws IOException {
        return chain().seal(Frames.JSON.createObjectNode().put("schema", "cloister-audit/1"));
    }

    private static String signer(Reply.Sealed sealed) throws IOException {
        return Frames.JSON.readTree(sealed.document()).path("signer").asText();
    }

    @Test
    void theOldKeySignsTheRecordThatNamesTheNewOneAndIsGone() throws Exception {
        Reply.Sealed before = seal();
        byte[] oldKey = Files.readAllBytes(home.resolve("audit.key"));
        Reply.Sealed change = chain().rotate();
        Reply.Sealed after = seal();
        JsonNode named = Frames.JSON.readTree(change.document());
        assertEquals("cloister-key/1", named.path("schema").asText());
        assertEquals(signer(before), signer(change));
        assertEquals(signer(before), named.path("replaces").asText());
        assertEquals(named.path("fingerprint").asText(), signer(after));
        assertNotEquals(signer(before), signer(after));
        assertFalse(List.of(new String(oldKey, StandardCharsets.US_ASCII).split("\n"))
                .contains(Files.readString(home.resolve("audit.key")).split("\n")[0]));
        assertFalse(Files.exists(home.resolve("audit.key.next")));
    }

    @Test
    void sshKeygenTakesEachKeyAtItsTimeAndAtNoOther() throws Exception {
        Reply.Sealed before = seal();
        pause();
        Reply.Sealed change = chain().rotate();
        pause();
        Reply.Sealed after = seal();
        for (Reply.Sealed sealed : List.of(before, change, after)) assertEquals(0, verify(sealed, sealedAt(sealed)));
        assertNotEquals(0, verify(before, sealedAt(after)), "the old key signs no more");
        assertNotEquals(0, verify(after, sealedAt(before)), "the new key did not sign yet");
    }

    private static void pause() throws InterruptedException {
        Thread.sleep(1_100); // signers are written to the second
    }

    private static Instant sealedAt(Reply.Sealed sealed) throws IOException {
        return ChainLink.of(sealed.document().getBytes(StandardCharsets.UTF_8)).sealedAt();
    }

    private int verify(Reply.Sealed sealed, Instant when) throws IOException, InterruptedException {
        Path document = Files.writeString(home.resolve("document"), sealed.document());
        Path signature = Files.writeString(home.resolve("document.sig"), sealed.signature());
        return new ProcessBuilder(
                        "ssh-keygen",
                        "-Y",
                        "verify",
                        "-f",
                        home.resolve("signers").toString(),
                        "-I",
                        "audit@here",
                        "-n",
                        ChainLink.PURPOSE,
                        "-O",
                        "verify-time=" + AllowedSigner.time(when),
                        "-s",
                        signature.toString())
                .redirectInput(document.toFile())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("said").toFile())
                .start()
                .waitFor();
    }

    @Test
    void aNewKeyThatNoRecordNamesYetIsForgotten() throws IOException {
        Reply.Sealed before = seal();
        SigningKey.make().write(home.resolve("audit.key.next"));
        assertEquals(signer(before), signer(seal()));
        assertFalse(Files.exists(home.resolve("audit.key.next")));
    }

    @Test
    void aNewKeyThatARecordNamesIsTakenWhateverOfTheRestWasDone() throws Exception {
        seal();
        byte[] oldKey = Files.readAllBytes(home.resolve("audit.key"));
        byte[] oldSigners = Files.readAllBytes(home.resolve("signers"));
        String named = Frames.JSON
                .readTree(chain().rotate().document())
                .path("fingerprint")
                .asText();
        byte[] head = Files.readAllBytes(home.resolve("audit.chain"));
        byte[] newKey = Files.readAllBytes(home.resolve("audit.key"));
        byte[] newSigners = Files.readAllBytes(home.resolve("signers"));
        for (byte[] signers : List.of(oldSigners, newSigners)) {
            Files.write(home.resolve("audit.chain"), head);
            Files.write(home.resolve("audit.key"), oldKey);
            Files.write(home.resolve("audit.key.next"), newKey);
            Files.write(home.resolve("signers"), signers);
            assertEquals(named, signer(seal()));
            assertEquals(new String(newSigners, StandardCharsets.UTF_8), Files.readString(home.resolve("signers")));
            assertFalse(Files.exists(home.resolve("audit.key.next")));
        }
    }

    @Test
    void aRecordThatWasWrittenAndNotCountedIsWrittenAgain() throws IOException {
        seal();
        byte[] head = Files.readAllBytes(home.resolve("audit.chain"));
        seal();
        Files.write(home.resolve("audit.chain"), head);
        Reply.Sealed again = seal();
        assertEquals(
                2,
                ChainLink.of(again.document().getBytes(StandardCharsets.UTF_8)).sequence());
        assertEquals(again.document(), Files.readString(home.resolve("audits/00000002.json")));
    }

    @Test
    void aLostKeyIsReplacedOnlyWhereRootSaysThatItIsLost() throws Exception {
        Reply.Sealed before = seal();
        Files.delete(home.resolve("audit.key"));
        Refusal refusal = assertThrows(Refusal.class, () -> chain().rotate());
        assertTrue(refusal.getMessage().contains("audit.key.lost"), refusal.getMessage());
        assertThrows(IOException.class, this::seal);
        Files.createFile(home.resolve("audit.key.lost"));
        JsonNode change = Frames.JSON.readTree(chain().rotate().document());
        assertEquals("lost", change.path("reason").asText());
        assertEquals(change.path("fingerprint"), change.path("signer"), "nobody vouches for it but itself");
        assertEquals(signer(before), change.path("replaces").asText());
        assertEquals(change.path("fingerprint").asText(), signer(seal()));
        assertFalse(Files.exists(home.resolve("audit.key.lost")));
        List<String> signers = Files.readAllLines(home.resolve("signers"));
        assertTrue(
                signers.get(0).contains("valid-before=") && signers.get(1).contains("valid-after="),
                signers.toString());
    }

    @Test
    void beforeAnythingIsSignedThereIsNoKeyToReplace() {
        assertThrows(Refusal.class, () -> chain().rotate());
    }

    /** Killed at any moment, the chain goes on: each record follows, each new key is vouched for by the one before. */
    @Test
    void killedAgainAndAgainTheChainGoesOn() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        for (int round = 0; round < 8; round++) {
            Process sealer = new ProcessBuilder(
                            java, "-cp", System.getProperty("java.class.path"), Sealer.class.getName(), home.toString())
                    .redirectError(home.resolve("errors").toFile())
                    .start();
            assertEquals('.', sealer.getInputStream().read(), () -> "it does not begin");
            Thread.sleep(20 + 13L * round);
            sealer.destroyForcibly().waitFor();
            assertEquals("", Files.readString(home.resolve("errors")));
        }
        seal();
        List<Path> documents = new ArrayList<>();
        try (var files = Files.newDirectoryStream(home.resolve("audits"), "*.json")) {
            files.forEach(documents::add);
        }
        documents.sort(null);
        assertTrue(documents.size() > 8, "so few records say nothing");
        ChainLink before = null;
        String expected = null;
        for (Path document : documents) {
            byte[] bytes = Files.readAllBytes(document);
            ChainLink link = ChainLink.of(bytes);
            SshSignature signature = SshSignature.parse(Files.readString(Path.of(document + ".sig")));
            assertTrue(signature.fits(ChainLink.PURPOSE, bytes), document.toString());
            String signer = SshSignature.fingerprint(signature.key());
            if (before != null) {
                assertEquals(before.sequence() + 1, link.sequence());
                assertEquals(before.sha256(), link.previous());
                assertEquals(expected, signer);
            }
            before = link;
            expected = link.kind().equals("key")
                    ? Frames.JSON.readTree(bytes).path("fingerprint").asText()
                    : signer;
        }
    }

    /** A process that seals and changes the key until it is killed. */
    static final class Sealer {

        public static void main(String[] arguments) throws Exception {
            Path home = Path.of(arguments[0]);
            Chain chain = new Chain(home, home.resolve("signers"), "here", new Anchor(null));
            while (true) {
                chain.seal(Frames.JSON.createObjectNode().put("schema", "cloister-audit/1"));
                System.out.print('.');
                System.out.flush();
                chain.rotate();
            }
        }
    }
}
