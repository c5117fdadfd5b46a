package org.cloister.manager.webhook;

import java.time.Instant;

/**
 * How the webhook goes since the manager was started.
 *
 * @param receivedAt when an event was received last; null for never
 * @param failures how often in a row the receiver did not take one
 * @param fault why, one sentence; null where it did
 * @param nextAt when it is tried again; null likewise
 */
record WebhookProgress(Instant receivedAt, int failures, String fault, Instant nextAt) {

    WebhookProgress received(Instant now) {
        return new WebhookProgress(now, 0, null, null);
    }

    WebhookProgress failed(String why, Instant next) {
        return new WebhookProgress(receivedAt, failures + 1, why, next);
    }
}
