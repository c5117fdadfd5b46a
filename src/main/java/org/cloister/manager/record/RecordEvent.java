package org.cloister.manager.record;

import com.fasterxml.jackson.databind.JsonNode;
import org.cloister.manager.event.EventLog;
import org.cloister.protocol.ChainLink;

/**
 * What the log says of a record. It names number and hash, so that whoever gets the log elsewhere has the head of the
 * chain there.
 */
record RecordEvent(String actor, String kind, String tenant, String sentence) {

    static RecordEvent of(ChainLink link, JsonNode read) {
        String where = " (" + named(link) + ").";
        return switch (link.kind()) {
            case "deletion" -> {
                String tenant = read.at("/tenant/name").asText();
                yield new RecordEvent(
                        "cloister",
                        "record.deletion",
                        tenant,
                        (read.path("verdict").asText().equals("passed")
                                        ? "Of " + tenant + " nothing is left on the machine"
                                        : "Of " + tenant
                                                + " something is left, or could not be looked at; the record says what")
                                + where);
            }
            case "reading" ->
                new RecordEvent(
                        read.path("reader").asText(),
                        "record.reading",
                        null,
                        (read.has("report")
                                        ? "The audit " + read.path("report").asText() + " was read, first as "
                                                + read.path("form").asText()
                                        : "All records were taken as an archive")
                                + where);
            case "key" ->
                new RecordEvent(
                        "cloister",
                        "record.key",
                        null,
                        "Records are signed with the key "
                                + read.path("fingerprint").asText()
                                + " from now on. Who keeps keys/audit.signers elsewhere needs the new one" + where);
            case "neighbour" -> {
                String victim = read.at("/victim/name").asText();
                yield new RecordEvent(
                        "cloister",
                        "neighbour.done",
                        victim,
                        "It was measured what " + victim + " feels of a neighbour" + where);
            }
            default -> new RecordEvent("cloister", "record." + link.kind(), null, "A record was sealed" + where);
        };
    }

    /** For the middle of a sentence. */
    static String named(ChainLink link) {
        return "record " + link.sequence() + ", SHA-256 " + link.sha256();
    }

    void write(EventLog events) {
        events.record(actor, kind, tenant, sentence);
    }
}
