package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong with a request, the answer is a problem with a sentence, and nothing is made. */
class ApiInputTest {

    private Instance instance;

    @BeforeEach
    void findTheInstance() {
        instance = Instance.assumeRunning();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Alice",
                "../bob",
                "-rf",
                "",
                " ",
                "älice",
                "爱丽丝",
                "al ice",
                "alice\n",
                "alice\u0000",
                "a/b",
                "1a"
            })
    void aWrongNameIsRefusedAndNothingIsMade(String name) {
        long before = tenants();
        JsonNode problem = problem(create(Map.of("name", name, "plan", "small")), 400);
        assertEquals("name", problem.get("field").asText());
        assertEquals(before, tenants());
    }

    @Test
    void aNameOf64KilobytesIsRefusedWithoutRepeatingIt() {
        JsonNode problem = problem(create(Map.of("name", "a".repeat(65_536), "plan", "small")), 400);
        assertEquals("name", problem.get("field").asText());
        assertTrue(problem.get("detail").asText().length() < 200, problem.toString());
    }

    @ParameterizedTest
    @CsvSource({"plan, huge", "plan, '../small'", "template, sid", "template, '../../etc'"})
    void anUnknownPlanOrTemplateIsRefusedWithTheKnownOnes(String field, String value) {
        Map<String, Object> wish = new HashMap<>(Map.of("name", "api-input", "plan", "small"));
        wish.put(field, value);
        JsonNode problem = problem(create(wish), 400);
        assertEquals(field, problem.get("field").asText());
        String known = instance.get("/" + field + "s")
                .expect(200)
                .json()
                .findValuesAsText(field.equals("plan") ? "name" : "suite")
                .getFirst();
        assertTrue(problem.get("detail").asText().contains(known), problem.toString());
        instance.get("/tenants/api-input").expect(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "\"alice\"",
                "{\"name\":5,\"plan\":\"small\"}",
                "{\"name\":\"a\"} trailing",
                "{\"name\":\"a\",\"name\":\"b\",\"plan\":\"small\"}",
                "{\"name\":\"a\",\"plan\":[\"small\"]}",
                "{\"name\":\"a\",\"plan\":\"small\",\"sshKeys\":\"x\"}",
                "{\"name\":\"a\",\"plan\":\"small\",\"sshKeys\":[{}]}",
                "{\"name\":\"a\",\"plan\":\"small\",\"sshKeys\":[null]}",
                "{\"name\":\"a\",\"plan\":\"small\",\"start\":\"yes\"}",
                "{\"name\":\"a\",\"plan\":\"small\",\"start\":1}",
                "{\"name\":{\"$ne\":\"\"},\"plan\":\"small\"}"
            })
    void aBodyOfTheWrongFormIsRefusedInPlainWords(String body) {
        JsonNode problem = problem(instance.request("POST", "/tenants", body), 400);
        String text = problem.toString();
        assertFalse(text.contains("java") || text.contains("jackson") || text.contains("org.cloister"), text);
    }

    @Test
    void deeplyNestedJsonIsRefused() {
        problem(instance.request("POST", "/tenants", "[".repeat(200_000)), 400);
    }

    @Test
    void anUnknownFieldIsNamed() {
        JsonNode problem = problem(create(Map.of("name", "api-input", "plan", "small", "colour", "red")), 400);
        assertEquals("colour", problem.get("field").asText());
        assertTrue(problem.get("detail").asText().contains("sshKeys"), problem.toString());
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() {
        JsonNode problem = problem(create(Map.of("name", "a".repeat(2_000_000), "plan", "small")), 413);
        assertTrue(problem.get("detail").asText().contains("too large"), problem.toString());
    }

    @Test
    void aBodyThatTurnsOutTooLargeIsRefusedInTheSameWords() {
        byte[] large = ("{\"name\":\"" + "a".repeat(2_000_000) + "\"}").getBytes(StandardCharsets.UTF_8);
        JsonNode problem = problem(instance.request("POST", "/tenants", new ByteArrayInputStream(large)), 413);
        assertTrue(problem.get("detail").asText().contains("too large"), problem.toString());
        byte[] small = "{\"name\":\"Api Input\",\"plan\":\"small\"}".getBytes(StandardCharsets.UTF_8);
        assertEquals(
                "name",
                problem(instance.request("POST", "/tenants", new ByteArrayInputStream(small)), 400)
                        .get("field")
                        .asText());
    }

    @Test
    void aBodyThatIsNotJsonIsRefused() {
        problem(instance.request("POST", "/tenants", "name=alice", Map.of("Content-Type", "text/plain")), 415);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,  /nope, 404",
        "GET,  /tenants/nobody, 404",
        "GET,  /tenants/Alice, 404",
        "GET,  /tenants/%00, 400",
        "GET,  /tenants/..%2f..%2fetc, 404",
        "GET,  /tenants/nobody/usage, 404",
        "GET,  /tenants/nobody/keys, 404",
        "POST, /tenants/nobody/start, 404",
        "POST, /tenants/nobody/explode, 404",
        "DELETE, /tenants/nobody, 404",
        "PUT,  /tenants, 405",
        "GET,  /tenants?limit=0, 400",
        "GET,  /tenants?limit=many, 400",
        "GET,  /events?after=x, 400",
        "GET,  /operations/1, 404",
        "GET,  /operations/00000000-0000-0000-0000-000000000000, 404",
        "GET,  /operations/00000000-0000-0000-0000-000000000000/stream, 404",
        "GET,  /audits/00000000-0000-0000-0000-000000000000, 404",
        "GET,  /audits/../../etc/passwd.json, 404",
        "DELETE, /plans/nobody, 404",
        "DELETE, /templates/-rf, 404",
    })
    void wrongPathsMethodsAndParametersAreProblemsToo(String method, String path, int status) {
        problem(instance.request(method, path, null), status);
    }

    private Instance.Answer create(Map<String, ?> wish) {
        return instance.request("POST", "/tenants", wish);
    }

    private long tenants() {
        return instance.get("/tenants?limit=1000").expect(200).json().size();
    }

    /** The problem, after a check that it is one. */
    static JsonNode problem(Instance.Answer answer, int status) {
        answer.expect(status);
        assertEquals(
                List.of("application/problem+json"),
                answer.headers().allValues("content-type").stream()
                        .map(type -> type.replaceFirst(";.*", ""))
                        .toList(),
                answer.text());
        JsonNode problem = answer.json();
        assertEquals(status, problem.get("status").asInt());
        assertFalse(problem.get("title").asText().isBlank());
        assertFalse(problem.get("detail").asText().isBlank());
        return problem;
    }
}
