package org.cloister.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What every record of the chain says, whatever its kind: read alike by who seals, who keeps and who checks.
 *
 * @param schema such as "cloister-audit/1"
 * @param sequence its place, from 1 on
 * @param previous the SHA-256 of the record before it in hexadecimal; empty for the first
 * @param sealedAt null in records of before they said so
 * @param sha256 of its bytes: what the next one names
 */
public record ChainLink(String schema, long sequence, String previous, Instant sealedAt, String sha256) {

    /** The purpose of a signature, as {@code ssh-keygen -Y verify -n} wants it; for records of every kind. */
    public static final String PURPOSE = "cloister-audit";

    private static final Pattern SCHEMA = Pattern.compile("cloister-([a-z]{1,20})/[0-9]{1,4}");

    /** @throws IOException it is no record of the chain */
    public static ChainLink of(byte[] document) throws IOException {
        return of(values(document), document);
    }

    /** The plain values of the outermost object alone: a report may hold a hundred thousand attempts. */
    private static JsonNode values(byte[] document) throws IOException {
        ObjectNode values = Frames.JSON.createObjectNode();
        try (JsonParser parser = Frames.JSON.createParser(document)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (parser.nextToken().isScalarValue()) values.put(name, parser.getText());
                else parser.skipChildren();
            }
        }
        return values;
    }

    /** @param read the same document */
    public static ChainLink of(JsonNode read, byte[] document) throws IOException {
        String schema = read.path("schema").asText();
        long sequence = read.path("sequence").asLong();
        if (!SCHEMA.matcher(schema).matches() || sequence < 1)
            throw new IOException("it is no record of a chain: it has no schema or no number");
        try {
            String sealedAt = read.path("sealedAt").asText();
            return new ChainLink(
                    schema,
                    sequence,
                    read.path("previous").asText(),
                    sealedAt.isEmpty() ? null : Instant.parse(sealedAt),
                    HexFormat.of().formatHex(SshSignature.hash("SHA-256", document)));
        } catch (DateTimeException e) {
            throw new IOException("it does not say when it was sealed", e);
        }
    }

    /** One word of the schema: "audit", "deletion". */
    public String kind() {
        Matcher matcher = SCHEMA.matcher(schema);
        return matcher.matches() ? matcher.group(1) : schema;
    }

    /** As it is noted down elsewhere, so that nobody cuts the end off: number and hash. */
    public String head() {
        return sequence + ":" + sha256;
    }
}
