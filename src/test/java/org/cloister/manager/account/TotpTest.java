package org.cloister.manager.account;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TotpTest {

    private static final byte[] SECRET = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);
    private static final Instant NOW = Instant.ofEpochSecond(1_111_111_111);
    private static final long STEP = 1_111_111_111 / 30;

    @ParameterizedTest
    @CsvSource({
        "59, 287082",
        "1111111109, 081804",
        "1111111111, 050471",
        "1234567890, 005924",
        "2000000000, 279037",
        "20000000000, 353130"
    })
    void codesAreThoseOfTheSpecification(long second, String code) {
        assertEquals(code, Totp.code(SECRET, second / 30)); // RFC 6238, appendix B, six of the eight digits
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "05047", "0504710", "050472", "05047a", "０５０４７１"})
    void whatIsNoCodeOfNowIsRefused(String code) {
        assertTrue(Totp.step(SECRET, code, NOW, 0).isEmpty());
    }

    @Test
    void aCodeIsTakenOnceAndNoOlderOneAfterIt() {
        String code = Totp.code(SECRET, STEP);
        assertEquals(STEP, Totp.step(SECRET, code, NOW, 0).getAsLong());
        assertTrue(Totp.step(SECRET, code, NOW, STEP).isEmpty());
        assertTrue(Totp.step(SECRET, Totp.code(SECRET, STEP - 1), NOW, STEP).isEmpty());
    }

    @Test
    void aClockMayDifferByOneStepAndNoMore() {
        for (long step : new long[] {STEP - 1, STEP + 1})
            assertEquals(
                    step, Totp.step(SECRET, Totp.code(SECRET, step), NOW, 0).getAsLong());
        for (long step : new long[] {STEP - 2, STEP + 2})
            assertTrue(Totp.step(SECRET, Totp.code(SECRET, step), NOW, 0).isEmpty());
    }

    @Test
    void aSecretIsReadBackAsItWasWritten() {
        assertEquals("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", Totp.base32(SECRET));
        assertArrayEquals(SECRET, Totp.secret(Totp.base32(SECRET)));
        byte[] fresh = Totp.newSecret();
        assertArrayEquals(fresh, Totp.secret(Totp.base32(fresh)));
        assertThrows(IllegalArgumentException.class, () -> Totp.secret("GEZD"));
        assertThrows(IllegalArgumentException.class, () -> Totp.secret("gezdgnbvgy3tqojqgezdgnbvgy3tqojq"));
    }
}
