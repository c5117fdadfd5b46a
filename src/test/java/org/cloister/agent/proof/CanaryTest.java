package org.cloister.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CanaryTest {

    private static void refused(String said) {
        IOException refusal = assertThrows(
                IOException.class, () -> Canary.planted("eve", said.getBytes(StandardCharsets.UTF_8)), said);
        assertTrue(refusal.getMessage().startsWith("the canary of eve "), refusal.getMessage());
    }

    @Test
    void aCanaryThatSaysNothingWasNotPlanted() {
        refused("");
        refused("{\"process\":\"4\",\"fi");
    }

    @Test
    void aCanaryNeedsAProcessAndAFile() {
        refused("{\"file\":\"/root/x\"}");
        refused("{\"process\":\"4\",\"!file\":\"could not be planted here: EROFS\"}");
        refused("{\"process\":\"-1\",\"file\":\"/root/x\"}");
    }

    @Test
    void noFieldOfACanaryBecomesAnotherFieldOrLineOfTheProbes() {
        refused("{\"process\":\"4\",\"file\":\"/root/x\\tmachine=yes\"}");
        refused("{\"process\":\"4\",\"file\":\"/root/x\\nname=bob\"}");
        refused("{\"process\":\"4\",\"file\":\"/root/x\",\"a=b\":\"c\"}");
        refused("{\"process\":\"4\",\"file\":\"" + "x".repeat(601) + "\"}");
        refused("{\"process\":\"4\",\"file\":null}");
    }

    @Test
    void whatCouldNotBePlantedComesWithWhy() throws IOException {
        String said = "{\"process\":\"4\",\"file\":\"/root/x\",\"!key\":\"could not be planted here: EPERM\"}";
        assertEquals(
                "could not be planted here: EPERM",
                Canary.planted("bob", said.getBytes(StandardCharsets.UTF_8)).get("!key"));
    }
}
