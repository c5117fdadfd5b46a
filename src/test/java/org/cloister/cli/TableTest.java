package org.cloister.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** How lists look. */
class TableTest {

    @Test
    void whatOthersWroteDoesNotSteerTheTerminal() {
        Table table = new Table("NAME", "NOTE");
        table.row("eve", "a\033[2Jb\nc\u009bd\u202ee");
        String text = table.text(true);
        assertTrue(text.contains("a?[2Jb c?d?e"), text);
        assertEquals(2, text.lines().count());
    }

    @Test
    void columnsStandBelowEachOther() {
        Table table = new Table("NAME", ">SIZE", "NOTE");
        table.row("alice", "7 GB", "née");
        table.row("bob", "100 MB", null);
        assertEquals("""
                NAME     SIZE  NOTE
                alice    7 GB  née
                bob    100 MB  -
                """, table.text(false));
    }

    @Test
    void onlyATerminalGetsAHeadingThatIsSetOff() {
        assertFalse(new Table("NAME").text(false).contains("\033"));
        assertTrue(new Table("NAME").text(true).startsWith("\033[1mNAME\033[0m"));
    }

    @Test
    void bytesAreCountedAsThePagesDo() {
        for (long bytes : new long[] {0, 999, 1000, 1536, 10 << 20, 1 << 30, 1_100_000_000, 5L << 40})
            assertEquals(org.cloister.manager.page.Words.bytes(bytes), Values.bytes(bytes));
    }
}
