package org.cloister.manager.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "null",
                "[]",
                "3",
                "\"size\"",
                "{}",
                "{\"size\":3}",
                "{\"size\":{}}",
                "{\"size\":{\"columns\":80}}",
                "{\"size\":{\"columns\":\"80\",\"rows\":24}}",
                "{\"taken\":null}",
                "{\"taken\":\"x\"}",
                "{\"taken\":[]}"
            })
    void whatIsNoWordIsNone(String text) {
        assertEquals(Optional.empty(), Word.of(text));
    }

    @Test
    void aSizeIsOneThatATerminalCanHave() {
        assertEquals(Optional.of(new Word.Size(132, 43)), Word.of("{\"size\":{\"columns\":132,\"rows\":43}}"));
        assertEquals(Optional.of(new Word.Size(2, 1_000)), Word.of("{\"size\":{\"columns\":-7,\"rows\":2000000000}}"));
    }

    @Test
    void whatWasTakenIsANumber() {
        assertEquals(Optional.of(new Word.Taken(32_768)), Word.of("{\"taken\":32768}"));
    }
}
