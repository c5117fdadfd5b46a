package org.cloister.manager.usage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import java.util.List;
import org.cloister.protocol.Limit;
import org.junit.jupiter.api.Test;

class ChartTest {

    private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant TO = FROM.plusSeconds(3600);

    private static Sample sample(int minute, float mean, float peak) {
        float[] means = new float[History.LIMITS.size()];
        float[] peaks = new float[History.LIMITS.size()];
        means[0] = mean;
        peaks[0] = peak;
        return new Sample(FROM.plusSeconds(60L * minute), means, peaks);
    }

    private static Chart chart(long limit, Sample... samples) {
        return Chart.of(0, limit, List.of(samples), FROM, TO, 60);
    }

    @Test
    void nothingSampledDrawsNothing() {
        Chart chart = chart(100);
        assertEquals("", chart.line());
        assertEquals("–", chart.last());
        assertEquals("", chart.ceiling());
    }

    @Test
    void theLineGoesThroughTheMeansAndTheAreaThroughThePeaks() {
        Chart chart = chart(100, sample(0, 0, 50), sample(30, 50, 100));
        assertEquals("M0.0 64.0M150.0 34.8", chart.line(), "half an hour without a sample is a gap");
        assertEquals("M0.0 64.0L0.0 34.8L0.0 64.0zM150.0 64.0L150.0 5.7L150.0 64.0z", chart.area());
        assertEquals("5.7", chart.ceiling());
        assertEquals("0.50", chart.last());
        assertEquals("1.00", chart.peak());
    }

    @Test
    void whatIsUsedLittleIsDrawnLargeAndItsLimitIsNot() {
        Chart chart = chart(100, sample(0, 1, 1), sample(1, 2, 2));
        assertEquals("", chart.ceiling());
        assertEquals("M0.0 34.8L5.0 5.7", chart.line());
    }

    @Test
    void aListsLineOfTheNetworkIsWhatCameAndWhatWent() {
        float[] used = {50, 5, 4, 9, 0, 0, 300, 40};
        Sample both = Charts.bothWays(new Sample(FROM, used, used));
        assertEquals(340, both.mean()[History.LIMITS.indexOf(Limit.RECEIVE)]);
        assertEquals(340, both.peak()[History.LIMITS.indexOf(Limit.RECEIVE)]);
        assertEquals(300, used[6], "the samples at hand stay as they are");
    }

    @Test
    void aCounterThatBeganAnewIsNoSample() {
        double[] before = {1_000_000, 7, 3, 9, 100, 100, 100, 100};
        double[] after = {2_000_000, 5, 4, 9, 300, 100, 100, 100};
        assertArrayEquals(new float[] {50, 5, 4, 9, 100, 0, 0, 0}, Rates.between(before, after, 2));
        assertNull(Rates.between(after, before, 2));
    }
}
