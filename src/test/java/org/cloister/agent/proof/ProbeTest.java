package org.cloister.agent.proof;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbeTest {

    private static IOException refused(String program, String... arguments) throws IOException {
        try (Probe probe = new Probe(Path.of(program))) {
            return assertThrows(IOException.class, () -> probe.outside(List.of(), List.of(arguments)));
        }
    }

    @Test
    void aReportWithoutAnEndIsNotReadToItsEnd() throws IOException {
        IOException refusal = refused("/usr/bin/yes");
        assertTrue(refusal.getMessage().contains("says more than"), refusal.getMessage());
    }

    @Test
    void aReportThatIsNoneIsRefused() throws IOException {
        refused("/usr/bin/echo", "see: ESRCH");
    }

    @Test
    void aProbeThatFailedReportsNothing() throws IOException {
        IOException refusal = refused("/usr/bin/false");
        assertTrue(refusal.getMessage().contains("ended with status 1"), refusal.getMessage());
    }
}
