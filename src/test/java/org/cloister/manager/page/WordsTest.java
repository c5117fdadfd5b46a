package org.cloister.manager.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WordsTest {

    @Test
    void bytesHaveThreeFiguresAtMost() {
        assertEquals("0 B", Words.bytes(0));
        assertEquals("512 MB", Words.bytes(512L << 20));
        assertEquals("1.5 GB", Words.bytes(1536L << 20));
        assertEquals("4 GB", Words.bytes(4L << 30));
        assertEquals("1 GB", Words.bytes(1023L << 20));
    }

    @Test
    void coresAreCountedAsPeopleBuyThem() {
        assertEquals("1 core", Words.cores(100));
        assertEquals("2.5 cores", Words.cores(250));
        assertEquals("0.5 cores", Words.cores(50));
    }

    @Test
    void timesKeepTheUnitThatFits() {
        assertEquals("7 ms", Words.took(Duration.ofMillis(7)));
        assertEquals("3.1 s", Words.took(Duration.ofMillis(3140)));
        assertEquals("1 min 5 s", Words.took(Duration.ofSeconds(65)));
    }

    @Test
    void whatIsUsedAtAllIsNeverDrawnAsNothing() {
        assertEquals(1, Gauge.share(1, 1L << 40));
        assertEquals(0, Gauge.share(0, 10));
        assertEquals(100, Gauge.share(11, 10));
    }
}
