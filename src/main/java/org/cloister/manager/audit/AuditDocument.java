package org.cloister.manager.audit;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.function.Predicate;

/**
 * A report's bytes, read a part at a time: of a thousand tenants there are a hundred thousand attempts, which as one tree
 * would take more memory than the manager has.
 */
final class AuditDocument {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final byte[] bytes;

    AuditDocument(byte[] bytes) {
        this.bytes = bytes;
    }

    /** All but the cells. @throws IOException it is not JSON */
    JsonNode outline() throws IOException {
        ObjectNode outline = JSON.createObjectNode();
        try (JsonParser parser = JSON.createParser(bytes)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals("cells")) parser.skipChildren();
                else outline.set(name, parser.<JsonNode>readValueAsTree());
            }
        }
        return outline;
    }

    /** The cells one by one, in their order. @param next looks at one, and says whether it wants another */
    void cells(Predicate<JsonNode> next) throws IOException {
        try (JsonParser parser = JSON.createParser(bytes)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean cells = parser.currentName().equals("cells");
                if (parser.nextToken() != JsonToken.START_ARRAY || !cells) {
                    parser.skipChildren();
                    continue;
                }
                while (parser.nextToken() == JsonToken.START_OBJECT)
                    if (!next.test(parser.<JsonNode>readValueAsTree())) return;
                return;
            }
        }
    }
}
