package org.cloister.manager.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "cloister.example.org",
                "http://cloister.example.org",
                "https://192.0.2.1",
                "https://[::1]",
                "https://",
                "https://example.org/cloister",
                "https://eve@example.org",
                "https://example.org?x",
                "https://example.org:x",
                "https://ex ample.org"
            })
    void whatNoPasskeyCouldBeBoundToIsRefused(String said) {
        assertThrows(IllegalArgumentException.class, () -> new PublicAddress(said, 8080));
    }

    @Test
    void itIsWrittenAsBrowsersWriteAnOrigin() {
        assertEquals("https://example.org", new PublicAddress("https://Example.org:443/", 8080).origin());
        assertEquals("https://a.example.org:8443", new PublicAddress("https://a.example.org:8443", 8080).origin());
        assertEquals("a.example.org", new PublicAddress("https://a.example.org:8443", 8080).host());
    }

    @Test
    void withoutOneItIsLocalhostAndNoRequestIsTakenForOursByIt() {
        PublicAddress address = new PublicAddress("none", 8080);
        assertEquals("http://localhost:8080", address.origin());
        assertFalse(address.is("http://localhost:8080"), "the host of the request decides");
        assertTrue(new PublicAddress("https://example.org", 8080).is("https://example.org"));
        assertFalse(new PublicAddress("https://example.org", 8080).is("http://example.org"));
    }
}
