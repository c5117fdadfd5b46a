package org.cloister.manager.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTest {

    @Test
    void isAHostAndAPort() {
        assertEquals(new ListenAddress("0.0.0.0", 2222), ListenAddress.parse("0.0.0.0:2222"));
        assertEquals(new ListenAddress("::", 22), ListenAddress.parse("[::]:22"));
        assertTrue(ListenAddress.parse("[::]:22").isWildcard());
        assertFalse(ListenAddress.parse("127.0.0.1:22").isWildcard());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "2222", ":2222", "host", "host:", "host:0", "host:65536", "host:99999", "::1:22", "h:-1"})
    void anythingElseIsRefusedInASentence(String text) {
        var refusal = assertThrows(IllegalArgumentException.class, () -> ListenAddress.parse(text));
        assertTrue(refusal.getMessage().startsWith("CLOISTER_SSH is"), refusal.getMessage());
    }
}
