package org.cloister.manager.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AuditReadingTest {

    private static final UUID ID = UUID.fromString("0be04133-048b-4122-820f-48c6cae036ab");

    @Test
    void aPassedReportSaysSoInOneSentence() {
        AuditPage page = reading("passed", 3, 0, 0, "passed", "passed").page();
        assertEquals("No tenant reached another or the host in 3 attempts.", page.sentence());
        assertEquals("Passed", page.sign().word());
    }

    @Test
    void aFailedReportNamesWhoReachedWhom() {
        AuditPage page = reading("failed", 2, 1, 0, "failed", "failed").page();
        assertEquals("1 attempt of 3 got through: eve reached bob.", page.sentence());
        assertEquals("failed", page.rows().get(1).cells().get(0).verdict());
        assertEquals(1, page.notable().size());
    }

    @Test
    void aVoidReportProvesNothing() {
        AuditPage page = reading("void", 2, 0, 1, "void", "void").page();
        assertEquals(
                "This run proves nothing: a control failed, so 1 denial may mean only that nothing was there to be reached.",
                page.sentence());
        assertEquals("Void", page.sign().word());
    }

    @Test
    void aVerdictThatIsNotKnownIsShownAsVoid() {
        AuditCell cell = cell(document("passed", 3, 0, 0, "excellent", "splendid"));
        assertEquals("void", cell.verdict());
        assertEquals("void", cell.attempts().get(0).verdict());
    }

    @Test
    void aCellThatWasNotTriedIsNotShownAsPassed() {
        AuditPage page = reading("passed", 3, 0, 0, "passed", "passed").page();
        AuditPage.Square untried = page.rows().get(0).cells().get(1);
        assertEquals("not tried", untried.word());
        assertNull(untried.url());
    }

    @Test
    void aRunOfSomeSaysOfWhomItSpeaks() {
        String document = """
                {"verdict":"%s","scope":{"kind":"tenants","tenants":["eve"]},"tenants":[{"name":"bob"},{"name":"eve"}],
                 "summary":{"passed":2},"cells":[]}
                """;
        AuditPage passed = new AuditReading(ID, document.formatted("passed").getBytes(StandardCharsets.UTF_8)).page();
        assertEquals(
                "In the row and column of eve no tenant reached another or the host in 2 attempts.", passed.sentence());
        AuditPage failed = new AuditReading(ID, document.formatted("failed").getBytes(StandardCharsets.UTF_8)).page();
        assertTrue(failed.more().startsWith("Tried: row and column of eve alone; facts are of all."), failed.more());
    }

    @Test
    void whatIsNotApplicableIsCountedApartAndNeverAsStopped() {
        String document = """
                {"verdict":"passed","tenants":[{"name":"bob"},{"name":"eve"}],"summary":{"passed":1,"failed":0,"void":0,
                 "not-applicable":1},
                 "vectors":[{"name":"see","group":"processes"},{"name":"keyring","group":"ipc"}],
                 "cells":[{"attacker":"eve","victim":"bob","verdict":"passed","attempts":[
                   {"vector":"keyring","verdict":"not-applicable","outcome":"not tried","detail":"No keys here."},
                   {"vector":"see","verdict":"passed","outcome":"ESRCH"}]}]}
                """;
        AuditReading reading = new AuditReading(ID, document.getBytes(StandardCharsets.UTF_8));
        AuditPage.Square square = reading.page().rows().get(1).cells().get(0);
        assertEquals("1 of 1", square.count());
        assertEquals("1 not applicable", square.more());
        AuditCell cell = cell(document);
        assertTrue(cell.sentence().contains("tried 1 time to reach bob"), cell.sentence());
        assertEquals(
                List.of("Processes: 1 stopped", "What processes share: 0 stopped, 1 not applicable"),
                cell.groups().stream()
                        .map(group -> group.name() + ": " + group.summary())
                        .toList());
    }

    @Test
    void controlsStandWithTheVictimAndTheVectorOrInReportsOfBeforeWithTheAttempt() {
        String document = """
                {"schema":"cloister-audit/2","vectors":[{"name":"see"},{"name":"clock"}],
                 "cells":[{"attacker":"eve","victim":"bob","verdict":"passed","attempts":[
                   {"vector":"see","verdict":"passed","outcome":"ESRCH"},
                   {"vector":"clock","verdict":"passed","outcome":"EPERM"}]}],
                 "controls":{"broken":{"attempts":{"see":{"outcome":"succeeded","detail":"kill"}}},
                   "owners":{"bob":{"path":"/root/.canary","attempts":{"see":{"outcome":"succeeded","detail":"mine"}}}}}}
                """;
        AuditCell cell = cell(document);
        AuditCell.Attempt see = cell.attempts().get(0);
        assertEquals(
                "/root/.canary succeeded mine succeeded kill",
                String.join(" ", see.target(), see.owner(), see.ownerDetail(), see.broken(), see.brokenDetail()));
        AuditCell.Attempt clock = cell.attempts().get(1);
        assertEquals("", clock.target() + clock.owner() + clock.broken());
        AuditCell.Attempt before =
                cell(document("passed", 1, 0, 0, "passed", "passed")).attempts().get(0);
        assertEquals("pid 22 succeeded succeeded", before.target() + " " + before.owner() + " " + before.broken());
    }

    @Test
    void ofManyTheAttackersAreListedWhatDidNotPassFirst() {
        String tenants = IntStream.range(0, 40)
                .mapToObj(i -> "{\"name\":\"t" + i + "\"}")
                .collect(Collectors.joining(","));
        String cells = IntStream.range(0, 40)
                .mapToObj(i -> "{\"attacker\":\"t" + i + "\",\"victim\":\"t" + (i + 7) % 40 + "\",\"verdict\":\""
                        + (i == 30 ? "failed" : "passed") + "\",\"attempts\":[]}")
                .collect(Collectors.joining(","));
        AuditReading reading = new AuditReading(
                ID, ("{\"tenants\":[" + tenants + "],\"cells\":[" + cells + "]}").getBytes(StandardCharsets.UTF_8));
        AuditPage all = reading.page("", 10);
        assertEquals(List.of(), all.columns());
        assertEquals("10 of 40 attackers, what did not pass first.", all.shown());
        assertEquals(10, all.rows().size());
        assertEquals("t30", all.rows().getFirst().attacker());
        AuditPage one = reading.page("t8", 10);
        assertEquals("2 attackers with a cell of t8.", one.shown());
        assertEquals(
                List.of("t1 t8", "t8 t15"),
                one.rows().stream()
                        .map(row ->
                                row.attacker() + " " + row.cells().getFirst().victim())
                        .toList());
        assertEquals(40, reading.page().rows().size());
    }

    @Test
    void ofManyTenantsTheirNumberIsToldAndOfMuchEvidenceTheFirstIsShown() {
        String tenants = IntStream.range(0, 200)
                .mapToObj(i -> "{\"name\":\"t" + i + "\",\"profile\":\"nesting\"}")
                .collect(Collectors.joining(","));
        String cells = IntStream.range(0, 200)
                .mapToObj(i -> "{\"attacker\":\"t" + i + "\",\"victim\":\"host\",\"verdict\":\"failed\",\"attempts\":["
                        + "{\"vector\":\"see\",\"verdict\":\"failed\",\"outcome\":\"succeeded\"}]}")
                .collect(Collectors.joining(","));
        AuditPage page = new AuditReading(
                        ID,
                        ("{\"verdict\":\"failed\",\"tenants\":[" + tenants + "],\"cells\":[" + cells + "]}")
                                .getBytes(StandardCharsets.UTF_8))
                .page();
        assertEquals("200", page.facts().getLast().value());
        assertEquals(100, page.notable().size());
        assertEquals("The evidence of 100 more cells is in the file.", page.unshown());
        assertTrue(page.weaker().contains("t23 and 176 more were allowed nesting"), page.weaker());
        assertEquals(200, page.rows().size());
    }

    @Test
    void whatGotThroughStandsBeforeTheGroups() {
        AuditCell cell = cell(document("failed", 2, 1, 0, "failed", "failed"));
        assertEquals(1, cell.notable().size());
        assertEquals(0, cell.groups().size());
    }

    @Test
    void anEmptyDocumentIsReadAsVoid() {
        AuditPage page = new AuditReading(ID, "{}".getBytes(StandardCharsets.UTF_8)).page();
        assertEquals("Void", page.sign().word());
        assertEquals("Void", page.controls().get(0).sign().word());
    }

    @Test
    void aTenantWithAWeakerProfileIsNamed() {
        String document = """
                {"verdict":"passed","tenants":[{"name":"bob","profile":"strict"},{"name":"eve","profile":"nesting"},
                 {"name":"old"}]}
                """;
        String weaker = new AuditReading(ID, document.getBytes(StandardCharsets.UTF_8))
                .page()
                .weaker();
        assertTrue(weaker.startsWith("eve was allowed nesting"), weaker);
        assertEquals("", reading("passed", 1, 0, 0, "passed", "passed").page().weaker());
    }

    @Test
    void whatIsNotJsonIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new AuditReading(ID, "no".getBytes(StandardCharsets.UTF_8)));
    }

    /** Bob and eve, and one cell: eve at bob, with one attempt. */
    private static String document(String verdict, int passed, int failed, int voided, String cell, String attempt) {
        return """
                {"schema":"cloister-audit/1","verdict":"%s","startedAt":"2026-01-01T00:00:00Z",
                 "finishedAt":"2026-01-01T00:00:02Z","unheardOf":{"a":1},
                 "tenants":[{"name":"bob","slot":1},{"name":"eve","slot":2}],
                 "summary":{"passed":%d,"failed":%d,"void":%d},
                 "vectors":[{"name":"signal","tries":"kill","stoppedBy":"pid namespace"}],
                 "cells":[{"attacker":"eve","victim":"bob","verdict":"%s","attempts":[
                   {"vector":"signal","target":"pid 22","verdict":"%s","outcome":"ESRCH","micros":12,
                    "owner":{"outcome":"succeeded"},"broken":{"outcome":"succeeded"}}]}],
                 "findings":[]}
                """.formatted(verdict, passed, failed, voided, cell, attempt);
    }

    private static AuditReading reading(
            String verdict, int passed, int failed, int voided, String cell, String attempt) {
        return new AuditReading(
                ID, document(verdict, passed, failed, voided, cell, attempt).getBytes(StandardCharsets.UTF_8));
    }

    private static AuditCell cell(String document) {
        return AuditCells.find(document.getBytes(StandardCharsets.UTF_8), "eve", "bob");
    }
}
