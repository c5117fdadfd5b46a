package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client that is made from the description of the API gets typed answers, and methods by names that stay. */
class ApiDescriptionTest {

    private Instance instance;
    private JsonNode api;

    @BeforeEach
    void read() {
        instance = Instance.assumeRunning();
        api = instance.send(
                        "GET",
                        "/q/openapi?format=json",
                        null,
                        Map.of("Authorization", "Bearer " + instance.adminToken()))
                .expect(200)
                .json();
    }

    @Test
    void everyOperationHasANameOfItsOwnATypedAnswerAndAProblem() {
        List<String> wrong = new ArrayList<>();
        Set<String> names = new HashSet<>();
        api.get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(found -> {
                    JsonNode operation = found.getValue();
                    if (!operation.has("responses")) return;
                    String called = found.getKey() + " " + path.getKey();
                    if (!names.add(operation.path("operationId").asText()))
                        wrong.add(called + " has no name of its own");
                    JsonNode answers = operation.get("responses");
                    if (!answers.at("/default/content/application~1problem+json/schema")
                            .has("$ref")) wrong.add(called + " has no problem");
                    answers.properties().forEach(answer -> {
                        if (!answer.getValue()
                                .has("description")) // the standard wants it, and generators refuse without
                        wrong.add(called + " does not say what " + answer.getKey() + " is");
                        if (!answer.getKey().equals("default")
                                && !answer.getKey().equals("204")
                                && !path.getKey().matches(".*(\\.(pdf|sig|json|zip)|/cast)")
                                && answer.getValue().findValue("schema") == null)
                            wrong.add(called + " answers " + answer.getKey() + " with who knows what");
                    });
                }));
        assertEquals(List.of(), wrong);
        assertTrue(names.containsAll(Set.of("tenantCreate", "tenantList", "keyAdd", "auditRun")), names.toString());
        assertEquals(
                "bearer", api.at("/components/securitySchemes/token/scheme").asText());
    }

    @Test
    void aChangeMayBeWaitedForOrAnswersWithItsOperation() {
        JsonNode create = api.at("/paths/~1api~1v1~1tenants/post");
        assertEquals(
                "#/components/schemas/TenantView",
                create.at("/responses/201").findValue("$ref").asText());
        assertEquals(
                "#/components/schemas/OperationView",
                create.at("/responses/202").findValue("$ref").asText());
        assertEquals("Prefer", create.at("/parameters/0/name").asText());
        assertTrue(create.findValue("x-waits") == null, create.toString());
    }
}
