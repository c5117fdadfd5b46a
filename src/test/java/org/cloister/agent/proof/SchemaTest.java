package org.cloister.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.cloister.Schemas;
import org.cloister.agent.chain.Anchor;
import org.cloister.agent.chain.Chain;
import org.cloister.agent.fact.Finding;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Request;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each kind of record is what its published schema says, and nothing else. */
class SchemaTest {

    @TempDir
    Path home;

    private final List<String> documents = new ArrayList<>();

    @BeforeEach
    void sealOneOfEach() throws Exception {
        Chain chain = new Chain(home, home.resolve("signers"), "here", new Anchor(null));
        documents.add(chain.seal(report().content()).document());
        documents.add(chain.seal(new Request.NoteReading(
                        UUID.randomUUID(), "admin", UUID.randomUUID(), Request.NoteReading.Form.PAGE))
                .document());
        documents.add(
                chain.seal(new Request.NoteReading(UUID.randomUUID(), "admin", null, Request.NoteReading.Form.ARCHIVE))
                        .document());
        documents.add(chain.rotate().document());
        documents.add(chain.seal(Frames.JSON.valueToTree(deleted())).document());
    }

    private static Report report() throws IOException {
        Report.Verdict passed = Report.Verdict.passed;
        Report.Control control = new Report.Control("EACCES", "detail");
        return new Report(
                Report.SCHEMA,
                UUID.randomUUID(),
                "here",
                Report.Verdict.failed,
                Chain.now(),
                Chain.now(),
                Report.Host.here(),
                new Report.Scope("tenants", List.of("alice"), null, null),
                List.of(new Report.Tenant(UUID.randomUUID(), "alice", 1, "strict")),
                new Report.Summary(1, 0, 0, 0),
                Vectors.ALL,
                List.of(new Report.Cell(
                        "alice",
                        "host",
                        passed,
                        List.of(
                                new Report.Tried("see", passed, "ENOENT", null, 12),
                                new Report.Tried("see", passed, "ENOENT", "x", 12)))),
                List.of(new Report.Fact("ids", "says", Report.Verdict.inconclusive, 3, "fault")),
                List.of(new Finding("alice", "ids", "check", "expected", "found")),
                new Report.Controls(
                        new Report.Checked(passed, "lived"),
                        new Report.Broken(passed, "detail", Map.of("see", control)),
                        Map.of("alice", new Report.Owner("/secret", Map.of("see", control)))),
                Report.CLAIMS,
                Report.NOT_CLAIMED);
    }

    private static Deletion.Deleted deleted() throws IOException {
        return new Deletion.Deleted(
                Deletion.SCHEMA,
                UUID.randomUUID(),
                "here",
                "agent",
                Report.Verdict.failed,
                Chain.now(),
                Report.Host.here(),
                new Deletion.Tenant(UUID.randomUUID(), "alice", 3),
                new Deletion.Range(1879244800L, 65536, "100.64.0.3", "fdc1:157e:4000::3"),
                List.of(
                        new Deletion.Looked("processes", "says", 300, List.of(), null),
                        new Deletion.Looked("files", "says", 4, List.of("/tmp/x"), "fault")));
    }

    private static ObjectNode copy(String document) throws IOException {
        return (ObjectNode) Frames.JSON.readTree(document);
    }

    @Test
    void namesStandInOrderSoThatOneContentHasOneText() throws IOException {
        for (String document : documents)
            assertEquals(Frames.JSON.writeValueAsString(Chain.sorted(Frames.JSON.readTree(document))), document);
    }

    @Test
    void aFieldMoreIsRefused() throws IOException {
        for (String document : documents)
            assertFalse(Schemas.faults(copy(document).put("more", 1).toString()).isEmpty(), document);
    }

    @Test
    void aFieldMoreInsideIsRefused() throws IOException {
        ObjectNode report = copy(documents.getFirst());
        ((ObjectNode) report.at("/cells/0/attempts/0")).put("more", 1);
        assertFalse(Schemas.faults(report.toString()).isEmpty());
        ObjectNode deletion = copy(documents.getLast());
        ((ObjectNode) deletion.at("/looked/0")).put("more", 1);
        assertFalse(Schemas.faults(deletion.toString()).isEmpty());
    }

    @Test
    void aFieldLessIsRefused() throws IOException {
        for (String document : documents)
            for (String field : List.of("id", "sequence", "signer"))
                assertFalse(
                        Schemas.faults(copy(document).without(List.of(field)).toString())
                                .isEmpty(),
                        field + " of " + document);
    }

    @Test
    void aVerdictOfAnotherNameIsRefused() throws IOException {
        for (String document : List.of(documents.getFirst(), documents.getLast()))
            assertFalse(
                    Schemas.faults(copy(document).put("verdict", "excellent").toString())
                            .isEmpty());
        ObjectNode report = copy(documents.getFirst());
        ((ObjectNode) report.at("/cells/0/attempts/0")).put("verdict", "splendid");
        assertFalse(Schemas.faults(report.toString()).isEmpty());
    }

    @Test
    void whoStatesItIsPartOfTheKind() throws IOException {
        assertFalse(
                Schemas.faults(copy(documents.get(1)).put("statedBy", "agent").toString())
                        .isEmpty());
        assertFalse(Schemas.faults(
                        copy(documents.getLast()).put("statedBy", "manager").toString())
                .isEmpty());
    }

    @Test
    void eachKindAsItIsSealedIsWhatItsSchemaSays() throws IOException {
        for (String document : documents) {
            JsonNode read = Frames.JSON.readTree(document);
            assertEquals(
                    List.of(), Schemas.faults(document), read.path("schema").asText());
        }
    }
}
