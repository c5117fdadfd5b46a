package org.cloister.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AttemptTest {

    private static final Canary BOB = new Canary("bob", 4711, 1, "c0ffee", Map.of("tag", "7a9", "file", "/root/x"));

    private static Attempt succeeded(String vector, String hex) throws IOException {
        String line = "{\"victim\":\"bob\",\"vector\":\"" + vector
                + "\",\"outcome\":\"succeeded\",\"micros\":3,\"read\":\"" + hex + "\",\"detail\":\"/root/x: yes\"}\n";
        return Attempt.parse(line.getBytes(StandardCharsets.UTF_8)).getFirst().judged(BOB);
    }

    private static void refused(String report) {
        assertThrows(IOException.class, () -> Attempt.parse(report.getBytes(StandardCharsets.UTF_8)), report);
    }

    @Test
    void readingAnotherFileOfThatNameIsNoSuccess() throws IOException {
        Attempt attempt = succeeded("read", "64656369740a");
        assertFalse(attempt.succeeded());
        assertTrue(attempt.detail().endsWith("not the secret"), attempt.detail());
    }

    @Test
    void readingTheSecretIsASuccess() throws IOException {
        assertTrue(succeeded("read", "6330666665650a").succeeded());
    }

    @Test
    void seeingTheProcessIsASuccessWithoutTheSecret() throws IOException {
        assertTrue(succeeded("see", "").succeeded());
    }

    @Test
    void aVectorThatIsNotKnownHasToBringTheSecret() throws IOException {
        assertFalse(succeeded("unheard-of", "").succeeded());
    }

    @Test
    void whatIsNoReportOfTheProbeIsRefused() {
        refused("Segmentation fault\n");
        refused("{\"victim\":\"bob\",\"vector\":\"read\",\"outco");
        refused("{\"victim\":\"bob\",\"vector\":\"read\",\"read\":\"no hexadecimal\"}\n");
        refused("{\"victim\":\"bob\",\"vector\":\"read\",\"read\":\"abc\"}\n");
        refused("\0\0\0\0\n");
    }

    @Test
    void theSecretIsNotToldToTheProbe() {
        assertEquals("name=bob\tpid=4711\tfile=/root/x\ttag=7a9\n", BOB.line());
        assertFalse(BOB.line().contains(BOB.secret()));
    }
}
