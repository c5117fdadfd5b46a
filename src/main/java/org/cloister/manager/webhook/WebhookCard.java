package org.cloister.manager.webhook;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.Optional;
import org.cloister.manager.page.Sign;
import org.cloister.manager.page.Words;

/** The webhook as the machine's page shows it. */
@ApplicationScoped
public class WebhookCard {

    @Inject
    WebhookQueue queue;

    @Inject
    WebhookSender sender;

    /**
     * @param to the host alone: the rest of an address is often a secret
     * @param kinds of events, in one line
     * @param waiting how many are still to be posted, in words
     * @param fault why the receiver does not take them; null where it does, or none was posted yet
     * @param nextAt when it is tried again; null likewise
     * @param receivedAt null where none was received since the manager was started
     */
    public record View(
            Sign sign, String to, String kinds, String waiting, String fault, Instant nextAt, Instant receivedAt) {}

    /** Empty where there is no webhook. */
    public Optional<View> view() {
        return queue.target().map(target -> view(target, sender.progress(), queue.waiting()));
    }

    static View view(WebhookTarget target, WebhookProgress progress, long waiting) {
        return new View(
                progress.fault() != null
                        ? Sign.danger("Not received")
                        : progress.receivedAt() == null ? Sign.stopped("Nothing posted yet") : Sign.fine("Received"),
                target.shown(),
                String.join(", ", target.kinds()),
                Words.plural(waiting, "event"),
                progress.fault() == null
                        ? null
                        : progress.fault() + " That was tried " + Words.plural(progress.failures(), "time")
                                + " in a row.",
                progress.nextAt(),
                progress.receivedAt());
    }
}
