package org.cloister.agent.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.UUID;
import org.cloister.agent.sandbox.Refusal;
import org.cloister.protocol.ChainLink;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Request;
import org.cloister.protocol.SshSignature;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChainTest {

    @TempDir
    Path home;

    private Chain chain;

    @BeforeEach
    void begin() {
        chain = chain();
    }

    private Chain chain() {
        return new Chain(home, home.resolve("signers"), "here", new Anchor(null));
    }

    private static JsonNode report(String text) throws IOException {
        return Frames.JSON.readTree(
                "{\"schema\":\"cloister-audit/1\",\"z\":1,\"a\":[{\"y\":\"" + text + "\",\"b\":null}]}");
    }

    @Test
    void eachReportNamesTheOneBeforeItAlsoAfterARestart() throws IOException {
        Reply.Sealed first = chain.seal(report("one"));
        Reply.Sealed second = chain().seal(report("two"));
        JsonNode one = Frames.JSON.readTree(first.document());
        JsonNode two = Frames.JSON.readTree(second.document());
        assertFalse(one.has("previous"));
        assertEquals(1, one.get("sequence").asLong());
        assertEquals(2, two.get("sequence").asLong());
        assertEquals(
                HexFormat.of()
                        .formatHex(SshSignature.hash("SHA-256", first.document().getBytes(StandardCharsets.UTF_8))),
                two.get("previous").asText());
        assertEquals(one.get("signer"), two.get("signer"), "it is the same key");
        for (Reply.Sealed sealed : new Reply.Sealed[] {first, second})
            assertTrue(SshSignature.parse(sealed.signature())
                    .fits(ChainLink.PURPOSE, sealed.document().getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void namesAreInOrderSoThatOneContentHasOneText() throws IOException {
        String text = chain.seal(report("one")).document();
        assertTrue(
                text.startsWith("{\"a\":[{\"b\":null,\"y\":\"one\"}],\"schema\":\"cloister-audit/1\",\"sealedAt\":\""),
                text);
        assertTrue(text.endsWith("\"z\":1}"), text);
    }

    @Test
    void theKeyIsForRootAloneAndItsPublicHalfForEverybody() throws IOException {
        chain.seal(report("one"));
        for (String file : new String[] {"audit.key", "audit.chain", "audits/00000001.json"})
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve(file))));
        assertEquals(
                "rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("signers"))));
        assertTrue(Files.readString(home.resolve("signers"))
                .startsWith("audit@here namespaces=\"cloister-audit\" ssh-ed25519 AAAA"));
    }

    @Test
    void withoutItsKeyNoReportFollowsAndNoOtherKeyIsMade() throws IOException {
        chain.seal(report("one"));
        byte[] key = Files.readAllBytes(home.resolve("audit.key"));
        Files.delete(home.resolve("audit.key"));
        IOException missing = assertThrows(IOException.class, () -> chain().seal(report("two")));
        assertTrue(missing.getMessage().contains("Bring it back from a backup"), missing.getMessage());
        assertFalse(Files.exists(home.resolve("audit.key")));
        Files.writeString(home.resolve("audit.key"), "damaged\n");
        assertThrows(IOException.class, () -> chain().seal(report("two")));
        Files.write(home.resolve("audit.key"), key);
        assertEquals(
                2,
                Frames.JSON
                        .readTree(chain().seal(report("two")).document())
                        .get("sequence")
                        .asLong());
    }

    @Test
    void aKeyThatIsAnotherThanTheChainGoesOnWithSignsNothing() throws IOException {
        chain.seal(report("one"));
        SigningKey.make().write(home.resolve("audit.key"));
        IOException another = assertThrows(IOException.class, () -> chain().seal(report("two")));
        assertTrue(another.getMessage().contains("is another than the chain goes on with"), another.getMessage());
    }

    @Test
    void aCopyIsReadByItsNumberAndNoOtherNumberIs() throws Exception {
        Reply.Sealed sealed = chain.seal(report("one"));
        for (long none : new long[] {-1, 0, 2, Long.MAX_VALUE}) assertThrows(Refusal.class, () -> chain.read(none));
        assertEquals(sealed, chain.read(1));
        Files.delete(home.resolve("audits/00000001.json"));
        assertEquals(
                Reply.Reason.CONFLICT,
                assertThrows(Refusal.class, () -> chain.read(1)).reason(),
                "one that is no longer kept is not one that never was");
    }

    @Test
    void aReadingIsSealedAsWhatTheManagerStates() throws IOException {
        UUID id = UUID.randomUUID();
        UUID report = UUID.randomUUID();
        JsonNode sealed = Frames.JSON.readTree(
                chain.seal(new Request.NoteReading(id, "admin", report, Request.NoteReading.Form.PDF))
                        .document());
        assertEquals("cloister-reading/1", sealed.path("schema").asText());
        assertEquals("manager", sealed.path("statedBy").asText());
        assertEquals("pdf", sealed.path("form").asText());
        assertEquals(report.toString(), sealed.path("report").asText());
    }
}
