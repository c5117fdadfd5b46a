package org.cloister.manager.neighbour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class NeighbourReadingTest {

    private static final String REPORT = """
            {"schema":"cloister-neighbour/1","startedAt":"2026-01-02T03:04:05Z","seconds":5,"sequence":7,"signer":"SHA256:x",
             "host":{"hostname":"m","kernel":"6.18","cores":2},
             "victim":{"name":"alice"},
             "attacker":{"name":"neighbour-00000001","limits":{"cpuPercent":100,"memoryBytes":536870912,"pids":256,"diskBytes":1073741824}},
             "operations":[{"name":"write","says":"Writes."}],
             "exhaustions":[{"name":"processes","says":"Forks."},{"name":"disk","says":"Fills."},{"name":"packets","says":"Floods."}],
             "phases":[
              {"name":"alone-before","operations":[{"operation":"write","count":250,"failed":{},"p50":100,"p99":1000,"max":1500}],"acted":[],"attacks":[]},
              {"name":"processes","operations":[{"operation":"write","count":250,"failed":{"EDQUOT":2},"p50":200,"p99":%d,"max":90000}],
               "acted":[{"tenant":"neighbour-00000001","limit":"pids","before":3,"after":12},{"tenant":"alice","limit":"cpuPercent","before":0,"after":1}],
               "attacks":[{"way":"processes","did":256,"killed":2,"refused":{"EAGAIN":1234}}]},
              {"name":"disk","operations":[],"acted":[],"attacks":[],"note":"Not tried: too large."},
              {"name":"packets","operations":[{"operation":"write","count":250,"failed":{},"p50":100,"p99":3000,"max":1500}],"acted":[],"attacks":[]},
              {"name":"alone-after","operations":[{"operation":"write","count":250,"failed":{},"p50":100,"p99":1100,"max":1500}],"acted":[],"attacks":[]}],
             "claims":"c","notClaimed":"n"}
            """;

    private static NeighbourPage page(long p99) {
        return new NeighbourReading(new UUID(1, 2), REPORT.formatted(p99).getBytes(StandardCharsets.UTF_8)).page();
    }

    @Test
    void whatGrewBeyondTheFactorIsMarkedAndNothingElse() {
        List<NeighbourPage.Bar> bars = page(41_000).charts().getFirst().bars();
        assertEquals(
                List.of(false, true, false, false, false),
                bars.stream().map(NeighbourPage.Bar::marked).toList());
        assertEquals("×41", bars.get(1).ratio());
        assertEquals("×3", bars.get(3).ratio());
        assertEquals("", bars.getFirst().ratio());
        assertEquals("EDQUOT × 2", bars.get(1).failed());
    }

    @Test
    void theSentenceNamesTheWorstOrSaysThatNothingGrew() {
        String worst = page(41_000).sentence();
        assertTrue(worst.contains("write in alice took 41 ms, 41 times as long as alone"), worst);
        String nothing = page(2_900).sentence();
        assertTrue(nothing.contains("more than 3 times as long as alone"), nothing);
        assertTrue(
                page(2_900).more().contains("2 operations of the victim’s failed"),
                page(2_900).more());
    }

    @Test
    void figuresAreInDoubtWhereAloneAgainIsNotAsAloneBefore() {
        assertNull(page(41_000).doubt());
        String slow = REPORT.formatted(41_000).replace("\"p99\":1100", "\"p99\":9000");
        String doubt = new NeighbourReading(new UUID(1, 2), slow.getBytes(StandardCharsets.UTF_8))
                .page()
                .doubt();
        assertTrue(doubt.contains("write took 9 times as long as before"), doubt);
    }

    @Test
    void whatWasNotTriedHasNoFigures() {
        NeighbourPage.Bar disk = page(41_000).charts().getFirst().bars().get(2);
        assertEquals("Not tried: too large.", disk.note());
        assertEquals("", disk.p99());
        assertEquals("", disk.count());
        assertNull(page(41_000).charts().getFirst().bars().getFirst().note());
    }

    @Test
    void limitsThatActedAreNamedTheVictimsOwnAsSuch() {
        List<NeighbourPage.Acted> limits = page(41_000).limits();
        assertEquals(3, limits.size(), "the phases alone have no attacker");
        assertEquals(
                List.of("Processes: 9 times", "alice’s own CPU time: 1 time"),
                limits.getFirst().limits());
        assertEquals(List.of("EAGAIN × 1,234", "killed × 2"), limits.getFirst().refused());
        assertEquals("Forks.", limits.getFirst().says());
    }

    @Test
    void theScaleHoldsEverythingThatIsDrawn() {
        Scale scale = Scale.of(LongStream.of(100, 1000, 41_000, 0));
        assertEquals(new Scale(2, 5), scale);
        assertEquals(0, scale.place(100));
        assertEquals(100, scale.place(100_000), 1e-9);
        assertEquals(100.0 / 3, scale.place(1000), 1e-9);
        assertEquals(List.of("33.33", "66.67"), scale.lines());
        assertEquals("100 µs to 100 ms", scale.words());
        assertFalse(Scale.of(LongStream.empty()).words().isEmpty());
        assertEquals(new Scale(3, 4), Scale.of(LongStream.of(1000, 1000)));
    }

    @Test
    void timesHaveTheUnitThatFits() {
        assertEquals("340 µs", Scale.time(340));
        assertEquals("2.4 ms", Scale.time(2_400));
        assertEquals("3 ms", Scale.time(3_000));
        assertEquals("812 ms", Scale.time(812_345));
        assertEquals("1.2 s", Scale.time(1_234_000));
        assertEquals("1 s", Scale.time(999_700));
    }
}
