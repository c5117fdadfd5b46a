package org.cloister.manager.neighbour;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.page.Fact;

/**
 * A report as its page shows it.
 *
 * @param sentence the worst that was measured, in plain words
 * @param doubt why the figures say little; null where nothing speaks against them
 * @param grew how many times what is marked took as long as alone, at least
 * @param charts one an operation
 * @param limits what acted, one a phase in which something was attacked
 */
record NeighbourPage(
        UUID id,
        String victim,
        Instant startedAt,
        String sentence,
        String more,
        String doubt,
        int grew,
        List<Chart> charts,
        List<Acted> limits,
        List<Fact> facts,
        String claims,
        String notClaimed) {

    /**
     * One operation in every phase, on a logarithmic scale that fits all of them.
     *
     * @param scale from where to where the lines stand, in words
     * @param lines where the powers of ten stand, as all places here in percent of the width
     * @param alone where the 99th percentile alone stands
     */
    record Chart(String name, String says, String scale, List<String> lines, String alone, List<Bar> bars) {}

    /**
     * @param from where the median stands, {@code width} how far it is from there to the 99th percentile
     * @param ratio of the 99th percentile to that alone; empty where there is nothing to compare
     * @param marked whether it grew beyond what the page names
     * @param failed what the kernel refused to the victim meanwhile; empty for nothing
     * @param note in place of figures, where it was not tried; else null
     */
    record Bar(
            String phase,
            String from,
            String width,
            String count,
            String p50,
            String p99,
            String max,
            String ratio,
            boolean marked,
            String failed,
            String note) {}

    /** @param limits that acted and how often, {@code refused} what the kernel answered the attacker and how often */
    record Acted(String phase, String says, List<String> limits, List<String> refused, String note) {}
}
