package org.cloister.manager.record;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.cloister.protocol.Frames;

/**
 * A page of the chain, the newest first.
 *
 * @param head number and SHA-256 of the last record; null before the first
 * @param older where those before these are; null if there are none
 */
record RecordListPage(String head, List<Row> rows, String older) {

    /** @param url of the page of what it records; null where there is none */
    record Row(long sequence, String kind, String what, Instant at, String url, String sha256) {

        static Row of(ChainEntry entry) {
            boolean audit = entry.kind.equals("audit");
            return new Row(
                    entry.sequence,
                    audit ? "Audit" : Character.toUpperCase(entry.kind.charAt(0)) + entry.kind.substring(1),
                    audit ? "Report " + entry.id : what(entry),
                    entry.at,
                    audit
                            ? "/audits/" + entry.id
                            : entry.kind.equals("neighbour") ? "/neighbour-tests/" + entry.id : null,
                    entry.sha256);
        }

        private static String what(ChainEntry entry) {
            JsonNode read;
            try {
                read = Frames.JSON.readTree(entry.document);
            } catch (IOException e) {
                return "It cannot be read.";
            }
            return switch (entry.kind) {
                case "deletion" ->
                    read.at("/tenant/name").asText() + ", slot "
                            + read.at("/tenant/slot").asText()
                            + (read.path("verdict").asText().equals("passed")
                                    ? ": nothing is left"
                                    : ": something is left or not known");
                case "reading" ->
                    read.path("reader").asText() + " read "
                            + (read.has("report")
                                    ? "report " + read.path("report").asText()
                                    : "all records") + " ("
                            + read.path("form").asText() + ")";
                case "neighbour" -> read.at("/victim/name").asText() + " beside a neighbour";
                case "key" -> "Signed with " + read.path("fingerprint").asText() + " from here on";
                default -> entry.id.toString();
            };
        }
    }
}
