package org.cloister.agent.neighbour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.cloister.Schemas;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Limits;
import org.cloister.protocol.Request;
import org.junit.jupiter.api.Test;

class NeighbourTextTest {

    private static final Pattern WAY = Pattern.compile("(?m)^ {4}\\{ \"([a-z-]+)\", \\w+, \\d+ \\},");

    private static final Limits SMALL =
            Limits.of(Map.of("cpuPercent", 100L, "memoryBytes", 512L << 20, "pids", 256L, "diskBytes", 4L << 30));

    @Test
    void theCatalogueAndTheProbeNameTheSameWaysInTheSameOrder() throws IOException {
        List<String> probes = WAY.matcher(Files.readString(Path.of("src/main/c/tenant-probe/exhaust.c")))
                .results()
                .map(row -> row.group(1))
                .toList();
        assertEquals(probes, Exhaustion.ALL.stream().map(Exhaustion::name).toList());
        assertTrue(Exhaustion.ALL.stream().allMatch(way -> way.says().matches("[A-Z].*[.]")));
    }

    /** Nearest rank: of a hundred values the 99th percentile is the 99th, and of fewer it is the greatest. */
    @Test
    void aPercentileIsTheValueThatSoManyOfAHundredDoNotExceed() {
        int[] hundred = IntStream.rangeClosed(1, 100).toArray();
        assertEquals(50, Beat.percentile(hundred, 50));
        assertEquals(99, Beat.percentile(hundred, 99));
        assertEquals(198, Beat.percentile(IntStream.rangeClosed(1, 200).toArray(), 99));
        assertEquals(99, Beat.percentile(IntStream.rangeClosed(1, 99).toArray(), 99));
        assertEquals(2, Beat.percentile(new int[] {1, 2, 3}, 50));
        assertEquals(7, Beat.percentile(new int[] {7}, 99));
        assertEquals(0, Beat.percentile(new int[0], 99));
    }

    @Test
    void aPulseIsReadWhateverTheOrderOfItsTimes() throws IOException {
        String printed = """
                {"operation":"write","failed":{"EDQUOT":2},"micros":[900,100,500]}
                {"operation":"compute","failed":{},"micros":[]}
                """;
        assertEquals(
                List.of(
                        new Beat("write", 3, Map.of("EDQUOT", 2L), 500, 900, 900),
                        new Beat("compute", 0, Map.of(), 0, 0, 0)),
                Beat.parse(printed.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aPulseThatWasCutOffIsNotRead() {
        byte[] half = "{\"operation\":\"write\",\"failed\":{},\"micros\":[900,1".getBytes(StandardCharsets.UTF_8);
        assertThrows(IOException.class, () -> Beat.parse(half));
    }

    @Test
    void whatTheAttackerGotIsRead() throws IOException {
        String printed = "{\"way\":\"processes\",\"did\":255,\"killed\":0,\"refused\":{\"EAGAIN\":71003}}\n";
        assertEquals(
                List.of(new Tally("processes", 255, 0, Map.of("EAGAIN", 71003L))),
                Tally.parse(printed.getBytes(StandardCharsets.UTF_8)));
        assertEquals(List.of(), Tally.parse(new byte[0]));
    }

    /** Else it is the machine that runs out, and with it every tenant. */
    @Test
    void anAttackerThatMayHaveMoreThanThereIsDoesNotTakeIt() {
        Room scarce = new Room(900L << 20, 4L << 30);
        Room ample = new Room(8L << 30, 40L << 30);
        for (Exhaustion way : Exhaustion.ALL) {
            assertEquals(Optional.empty(), ample.hindrance(way, SMALL), way.name());
            assertEquals(
                    way.takes() != Exhaustion.Takes.NOTHING,
                    scarce.hindrance(way, SMALL).isPresent(),
                    way.name());
        }
        assertTrue(
                scarce.hindrance(Exhaustion.ALL.get(5), SMALL).orElseThrow().contains("4096 MB of room on the disk"));
    }

    @Test
    void availableMemoryIsReadFromMeminfo() {
        assertEquals(7L << 20, Room.available("MemTotal:  9000 kB\nMemFree:  12 kB\nMemAvailable:    7168 kB\n"));
        assertEquals(0, Room.available("MemTotal:  9000 kB\n"));
    }

    /** Beside what the chain adds to each record. */
    @Test
    void aReportIsWhatItsSchemaSays() throws IOException {
        Report.Tenant tenant = new Report.Tenant(UUID.randomUUID(), "alice", 1, "strict", SMALL);
        Report.Phase phase = new Report.Phase(
                "all",
                Instant.now(),
                List.of(new Beat("write", 2, Map.of("EDQUOT", 1L), 1, 2, 3)),
                List.of(new Report.Acted("alice", "pids", 0, 1)),
                List.of(new Tally("processes", 1, 0, Map.of("EAGAIN", 2L))),
                "note");
        Report report = new Report(
                Report.SCHEMA,
                UUID.randomUUID(),
                "here",
                Instant.now(),
                Instant.now(),
                new Report.Host("host", "6.18", UUID.randomUUID().toString(), 2),
                tenant,
                tenant,
                5,
                Pulse.EVERY_MILLIS,
                Pulse.COMMAND_EVERY_MILLIS,
                Pulse.OPERATIONS,
                Exhaustion.ALL,
                List.of(phase, new Report.Phase("disk", Instant.now(), List.of(), List.of(), List.of(), null)),
                Report.CLAIMS,
                Report.NOT_CLAIMED);
        ObjectNode sealed = Frames.JSON.valueToTree(report);
        sealed.put("sequence", 1).put("signer", "SHA256:" + "x".repeat(43)).put("sealedAt", "2026-01-02T03:04:05.678Z");
        assertEquals(List.of(), Schemas.faults(sealed.toString()));
        sealed.put("more", 1);
        assertEquals(1, Schemas.faults(sealed.toString()).size());
    }

    @Test
    void whatAWayTakesIsOurOwnBusiness() {
        JsonNode written = Frames.JSON.valueToTree(Exhaustion.ALL.getFirst());
        assertEquals(2, written.size(), written.toString());
    }

    @Test
    void aTestOfOneselfOrOfNoTimeIsRefused() {
        UUID one = new UUID(1, 2);
        UUID other = new UUID(3, 4);
        new Request.TestNeighbour(one, other, 60);
        assertThrows(IllegalArgumentException.class, () -> new Request.TestNeighbour(one, one, 5));
        for (int seconds : new int[] {-1, 0, 61})
            assertThrows(IllegalArgumentException.class, () -> new Request.TestNeighbour(one, other, seconds));
    }
}
