package org.cloister.fuzz;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A few seconds of what ops/fuzz does for hours, with the same inputs each time. */
class FuzzTest {

    @TestFactory
    Stream<DynamicTest> noParserThrowsWhatItDoesNotPromise() throws Exception {
        return Fuzz.targets(1).entrySet().stream()
                .map(target -> DynamicTest.dynamicTest(target.getKey(), () -> {
                    long runs = target.getValue().run(Duration.ofSeconds(2));
                    assertTrue(runs >= Fuzzer.FEWEST, runs + " inputs");
                }));
    }

    @Test
    void aParserThatFailsIsFound() {
        Fuzzer fuzzer = new Fuzzer(
                1,
                input -> {
                    if (input.length > 3 && input[2] == '"') throw new IllegalStateException("found");
                    return String.valueOf(input.length);
                },
                List.of(Fuzzer.bytes("hello")));
        assertThrows(AssertionError.class, () -> fuzzer.run(Duration.ofMinutes(5)));
    }
}
