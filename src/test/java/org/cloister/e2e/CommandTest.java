package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The fixture's own runner: a test that trusts it must know that it tells the truth. */
class CommandTest {

    @Test
    void bytesPassThroughUnchanged() {
        byte[] every = new byte[1 << 17];
        for (int i = 0; i < every.length; i++) every[i] = (byte) i;
        assertArrayEquals(
                every, Command.run(List.of("cat"), every, Command.LONG).stdout());
    }

    @Test
    void exitStatusAndStandardErrorAreKeptApart() {
        Command.Outcome outcome = Command.run("sh", "-c", "echo out; echo err >&2; exit 7");
        assertEquals(7, outcome.exit());
        assertEquals("out\n", outcome.out());
        assertEquals("err\n", outcome.stderr());
        assertThrows(AssertionError.class, outcome::orFail);
    }

    @Test
    void aProgramThatDoesNotEndIsKilled() {
        AssertionError error = assertThrows(
                AssertionError.class,
                () -> Command.run(List.of("sh", "-c", "echo begun; sleep 600"), new byte[0], Duration.ofSeconds(10)));
        assertTrue(error.getMessage().contains("begun"));
    }
}
