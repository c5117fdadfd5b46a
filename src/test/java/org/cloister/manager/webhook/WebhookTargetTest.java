package org.cloister.manager.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class WebhookTargetTest {

    @Test
    void whatIsNotProtectedOnItsWayIsRefused() {
        for (String url : new String[] {
            "http://example.org/hook",
            "http://127.0.0.1.example.org/",
            "https://user:password@example.org/",
            "https://example.org/#part",
            "https:///hook",
            "ftp://example.org/",
            "example.org",
            "https://exa mple.org/"
        }) {
            String said = assertThrows(IllegalArgumentException.class, () -> WebhookTarget.parse(url, "*"), url)
                    .getMessage();
            assertTrue(said.startsWith("CLOISTER_WEBHOOK must be") && !said.contains("password"), said);
        }
        for (String url : new String[] {"https://example.org/hook?key=1", "http://127.0.0.1:8000/", "http://[::1]:1/"})
            assertEquals(url, WebhookTarget.parse(url, "*").orElseThrow().url().toString());
    }

    @Test
    void withoutAnAddressThereIsNone() {
        assertEquals(Optional.empty(), WebhookTarget.parse("none", "*"));
        assertEquals(Optional.empty(), WebhookTarget.parse("", "*"));
    }

    @Test
    void onlyTheChosenKindsArePosted() {
        WebhookTarget target = WebhookTarget.parse("https://example.org/", "audit.failed,limit.*")
                .orElseThrow();
        assertFalse(target.wants("audit.passed"));
        assertFalse(target.wants("audit.failed-once"));
        assertFalse(target.wants("limits.changed"));
        assertFalse(target.wants("tenant.frozen"));
        assertTrue(target.wants("audit.failed"));
        assertTrue(target.wants("limit.hit"));
        assertTrue(
                WebhookTarget.parse("https://example.org/", "*").orElseThrow().wants("tenant.frozen"));
    }

    @Test
    void whatIsNoKindIsRefused() {
        for (String kinds : new String[] {"", "audit.failed,", "Audit.failed", "audit.*.x", "audit failed", "a,,b"})
            assertTrue(
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> WebhookTarget.parse("https://example.org/", kinds),
                                    kinds)
                            .getMessage()
                            .startsWith("CLOISTER_WEBHOOK_EVENTS must be"),
                    kinds);
    }

    @Test
    void theRestOfTheAddressIsNotShown() {
        assertEquals(
                "example.org:8443",
                WebhookTarget.parse("https://example.org:8443/secret", "*")
                        .orElseThrow()
                        .shown());
    }
}
