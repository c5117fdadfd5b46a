package org.cloister.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class VectorsTest {

    private static final Pattern ROW =
            Pattern.compile("(?m)^ {4}\\{ \"([a-z0-9-]+)\", \\w+, (\"[a-z0-9-]+\"|NULL), (KEEPS|ALTERS) \\},");

    /** The probe's table by name; whether the machine alone is the victim. */
    private static TreeMap<String, Boolean> probes() throws IOException {
        return ROW.matcher(Files.readString(Path.of("src/main/c/tenant-probe/probe.c")))
                .results()
                .collect(Collectors.toMap(
                        row -> row.group(1), row -> row.group(2).equals("NULL"), (a, b) -> a, TreeMap::new));
    }

    @Test
    void theCatalogueAndTheProbeNameTheSameVectors() throws IOException {
        TreeMap<String, Boolean> catalogue = Vectors.ALL.stream()
                .collect(Collectors.toMap(
                        Vector::name,
                        Vector::againstMachine,
                        (a, b) -> {
                            throw new AssertionError("twice in the catalogue");
                        },
                        TreeMap::new));
        assertEquals(probes(), catalogue);
    }

    @Test
    void everyVectorSaysWhatItTriesWhatStopsItAndWhichControlsItSpeaksTo() {
        for (Vector vector : Vectors.ALL) {
            assertTrue(vector.tries().matches("[A-Z].*[.]"), vector.name());
            assertFalse(vector.stoppedBy().isBlank(), vector.name());
            assertFalse(vector.controls().isEmpty(), vector.name());
        }
    }
}
