package org.cloister.manager.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.List;
import org.cloister.protocol.Limit;
import org.junit.jupiter.api.Test;

class HeadingTest {

    /** A limit that is added to the table and to no heading would be missing on every page. */
    @Test
    void everyLimitStandsUnderExactlyOneHeading() {
        List<Limit> shown = Heading.group(limit -> limit).stream()
                .flatMap(group -> group.lines().stream())
                .sorted()
                .toList();
        assertEquals(Arrays.asList(Limit.values()), shown);
    }

    @Test
    void aValueIsSaidInWords() {
        assertEquals("1.5 cores", LimitWords.value(Limit.CPU, 150));
        assertEquals("512 MB", LimitWords.value(Limit.MEMORY, 512L << 20));
        assertEquals("none", LimitWords.value(Limit.SWAP, 0));
        assertEquals("25 MB/s", LimitWords.value(Limit.SEND, 25L << 20));
        assertEquals("4,000/s", LimitWords.value(Limit.IO_WRITES, 4_000));
        for (Limit limit : Limit.values()) {
            if (limit.unit().rate()) assertEquals("no limit", LimitWords.value(limit, 0));
            assertFalse(LimitWords.meaning(limit).isBlank());
        }
    }
}
