package org.cloister.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttemptTest {

    private static final Canary BOB =
            new Canary("bob", 4711, 1, "/root/x", "/root/x/secret", Path.of("/pool/x"), "c0ffee");

    private static Attempt read(String hex) throws IOException {
        String line = "{\"victim\":\"bob\",\"vector\":\"read\",\"outcome\":\"succeeded\",\"micros\":3,\"read\":\"" + hex
                + "\",\"detail\":\"/root/x/secret: read\"}\n";
        return Attempt.parse(line.getBytes(StandardCharsets.UTF_8)).getFirst().judged(BOB);
    }

    @Test
    void readingAnotherFileOfThatNameIsNoSuccess() throws IOException {
        Attempt attempt = read("64656369740a");
        assertFalse(attempt.succeeded());
        assertTrue(attempt.detail().endsWith("not the secret"), attempt.detail());
    }

    @Test
    void readingTheSecretIsASuccess() throws IOException {
        assertTrue(read("6330666665650a").succeeded());
    }

    @Test
    void whatIsNoReportOfTheProbeIsRefused() {
        assertThrows(IOException.class, () -> Attempt.parse("Segmentation fault\n".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void theSecretIsNotToldToTheProbe() {
        assertEquals("bob\t4711\t/root/x\t/root/x/secret\t/pool/x\n", BOB.line());
        assertFalse(BOB.line().contains(BOB.secret()));
    }

    @Test
    void everyVectorIsOneThatTheProbeKnows() throws IOException {
        String source = java.nio.file.Files.readString(Path.of("src/main/c/tenant-probe.c"));
        List<String> names = Vector.ALL.stream().map(Vector::name).toList();
        for (String name : names) assertTrue(source.contains("{ \"" + name + "\","), name);
    }
}
