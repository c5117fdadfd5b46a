package org.cloister.manager.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class IdMapTest {

    @Test
    void aMapIsTwoRangesAndSeveralHaveCommasBetween() {
        assertEquals("none", IdMap.words(List.of()));
        assertEquals("0–65535 are 1879113728–1879179263", IdMap.words(List.of("0 1879113728 65536")));
        assertEquals(
                "0 are 1000, 1–9 are 5001–5009", IdMap.words(List.of("         0       1000          1", "1 5001 9")));
    }
}
