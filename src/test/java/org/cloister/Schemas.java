package org.cloister;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.cloister.protocol.Frames;

/** The schemas that are published, and what they say of a record. */
public final class Schemas {

    private Schemas() {}

    /** What is wrong with a record by the schema that it names; empty where nothing is. */
    public static List<String> faults(String document) throws IOException {
        JsonNode read = Frames.JSON.readTree(document);
        String name = read.path("schema").asText().replace('/', '-') + ".json";
        try (InputStream schema = Schemas.class.getResourceAsStream("/schemas/" + name)) {
            if (schema == null) return List.of("There is no schema " + name);
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(
                            schema,
                            SchemaValidatorsConfig.builder()
                                    .formatAssertionsEnabled(true)
                                    .build())
                    .validate(read)
                    .stream()
                    .map(ValidationMessage::getMessage)
                    .toList();
        }
    }
}
