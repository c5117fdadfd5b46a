package org.cloister.manager.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreferenceTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "wait=30                  | 30",
                "respond-async, wait=5    | 5",
                "wait=5; foo=bar          | 5",
                "wait = \"7\"             | 7",
                "wait=999999              | 600",
                "wait=-1                  | 0",
                "await=30                 | 0",
                "wait=                    | 0",
                "nonsense                 | 0",
                "none                     | 0",
            })
    void theSecondsOfWaitAreReadAndBounded(String header, int seconds) {
        assertEquals(Duration.ofSeconds(seconds), Preference.patience(header));
    }
}
