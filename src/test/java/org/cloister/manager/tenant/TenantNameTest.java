package org.cloister.manager.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.cloister.manager.problem.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TenantNameTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "alice", "bob-2", "a0", "x-y-z", "abcdefghijklmnopqrstuvwxyz01234"})
    void aLabelIsAName(String name) {
        assertEquals(name, TenantName.check(name));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Alice         | lower case",
                "../bob        | another character",
                "-rf           | not with a dash",
                "1st           | not with a digit",
                "bob-          | not with a dash",
                "álice         | plain letters",
                "爱丽丝           | plain letters",
                "'al ice'      | no spaces",
                "'alice\n'     | no spaces",
                "a_b           | another character",
                "bob.example   | another character",
                "''            | needs a name",
                "'   '         | needs a name",
                "abcdefghijklmnopqrstuvwxyz012345 | too long",
            })
    void eachKindOfWrongHasItsSentence(String name, String expected) {
        Refusal refusal = assertThrows(Refusal.class, () -> TenantName.check(name));
        assertEquals("name", refusal.field());
        assertTrue(refusal.sentence().contains(expected), refusal.sentence());
    }

    @Test
    void aMissingNameIsAskedFor() {
        assertThrows(Refusal.class, () -> TenantName.check(null));
    }

    @Test
    void aVeryLongNameIsNotRepeated() {
        Refusal refusal = assertThrows(Refusal.class, () -> TenantName.check("a".repeat(65_536)));
        assertTrue(refusal.sentence().contains("65536"), refusal.sentence());
        assertFalse(refusal.sentence().contains("aaaa"), refusal.sentence());
    }
}
