package org.cloister.manager.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cloister.manager.problem.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchTest {

    @Test
    void linesAreReadInTheOrderThatTheFirstOneNames() {
        assertEquals(
                List.of(
                        new Batch.Line(2, "alice", "small", "", "ssh-ed25519 AAAA, the \"first\""),
                        new Batch.Line(5, "bob", "medium", "bookworm", "invite")),
                Batch.read(
                                "\ufeffplan, Name,key,template\r\nsmall,alice,\"ssh-ed25519 AAAA, the \"\"first\"\"\"\r\n\n\n"
                                        + "medium , bob,invite,bookworm")
                        .lines());
    }

    @Test
    void withoutNamesTheColumnsStandInTheirOwnOrderAndWhatIsLeftOutIsEmpty() {
        assertEquals(
                List.of(new Batch.Line(1, "alice", "small", "", ""), new Batch.Line(2, "bob", "", "", "")),
                Batch.read("alice,small\nbob\n").lines());
    }

    @Test
    void aCellInQuotesMayHoldSeveralLinesAndTheNextOneIsCountedRight() {
        List<Batch.Line> lines =
                Batch.read("alice,small,,\"one\ntwo\"\nbob,small").lines();
        assertEquals("one\ntwo", lines.getFirst().key());
        assertEquals(3, lines.getLast().number());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "~~ | There is no line:",
                "name,plan | There is no line below the columns’ names.",
                "name,plan,name | The columns are name, plan, template and key, each once.",
                "name,plan,colour | The columns are name, plan, template and key, each once.",
                "a,small,,ssh x,y | Line 1 has 5 columns; 4 are known",
                "a,small,,\"ssh x | A quote is opened in the line that begins at 1 and never closed.",
            })
    void whatIsNoSuchListIsRefusedInASentence(String text, String sentence) {
        String said = assertThrows(Refusal.class, () -> Batch.read(text)).sentence();
        assertTrue(said.contains(sentence), said);
    }

    @Test
    void moreThanCanBeMadeAtATimeAreRefused() {
        assertEquals(200, Batch.read("a,small\n".repeat(200)).lines().size());
        assertThrows(Refusal.class, () -> Batch.read("a,small\n".repeat(201)));
    }

    @Test
    void aNameThatStandsTwiceIsFound() {
        assertEquals(
                Map.of("a", Set.of(1, 3)),
                Batch.read("a,small\nb,small\na,large").repeated());
    }
}
