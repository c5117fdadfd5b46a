package org.cloister.agent.chain;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Request;

/**
 * The record of one who read a report. The agent sees no readers: it seals what the manager states, and says so.
 *
 * @param report null where all records were taken at once
 * @param form "page", "json", "pdf", "sig" or "archive"
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Reading(
        String schema,
        UUID id,
        String instance,
        String statedBy,
        Instant readAt,
        String reader,
        UUID report,
        String form) {

    private static final String SCHEMA = "cloister-reading/1";

    static Reply.Sealed seal(Chain chain, String instance, Request.NoteReading stated) throws IOException {
        return chain.seal(Frames.JSON.valueToTree(new Reading(
                SCHEMA,
                stated.id(),
                instance,
                "manager",
                Chain.now(),
                stated.reader(),
                stated.report(),
                stated.form().name().toLowerCase(Locale.ROOT))));
    }
}
