package org.cloister.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** The REST API. Whatever it refuses, and whatever keeps it from answering, is a {@link RefusedException} in one sentence. */
final class Api {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern NEXT = Pattern.compile("<[^>]*\\?([^>]*)>; *rel=\"next\"");
    private static final int LARGEST_PAGE = 1000;

    private final Access access;
    private final Wire wire;

    Api(Access access) {
        this.access = access;
        this.wire = new Wire(access);
    }

    /** A part of a path. */
    static String part(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    static JsonNode parse(String text) throws JsonProcessingException {
        return JSON.readTree(text);
    }

    /** @param path below /api/v1 */
    JsonNode get(String path) {
        return send("GET", path, null);
    }

    /** The body as it was sent, where its bytes count. */
    byte[] bytes(String path) {
        return answer(exchange("GET", path, null)).bytes();
    }

    JsonNode parsed(byte[] bytes) {
        return tree(bytes);
    }

    /** @return null where the answer has no body */
    JsonNode send(String method, String path, JsonNode body) {
        return answer(exchange(method, path, body)).body();
    }

    /** A list of several pages as one. @param path without a query */
    ArrayNode all(String path) {
        ArrayNode all = JSON.createArrayNode();
        String query = "limit=" + LARGEST_PAGE;
        while (query != null) {
            Answer page = answer(exchange("GET", path + "?" + query, null));
            page.body().forEach(all::add);
            Matcher more = NEXT.matcher(page.link());
            query = more.find() ? more.group(1) : null;
        }
        return all;
    }

    /** Server-sent events as they come. @param seen id of the last that was seen; null for none */
    InputStream stream(String path, String seen) {
        Wire.Received received;
        try {
            received = wire.follow(path, seen);
        } catch (IOException e) {
            throw new RefusedException(why(e));
        }
        if (received.status() != 200) answer(received);
        return received.body();
    }

    private Wire.Received exchange(String method, String path, JsonNode body) {
        try {
            return wire.send(method, path, body == null ? null : body.toString());
        } catch (IOException e) {
            throw new RefusedException(why(e));
        }
    }

    private record Answer(JsonNode body, byte[] bytes, String link) {}

    private Answer answer(Wire.Received received) {
        byte[] bytes;
        try (InputStream in = received.body()) {
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw new RefusedException(why(e));
        }
        if (received.status() == 204) return new Answer(null, bytes, "");
        JsonNode answer = isJson(received.type()) ? tree(bytes) : null;
        if (received.status() >= 400) throw new RefusedException(refusal(received.status(), answer));
        if (answer == null)
            throw new RefusedException(access.url() + " does not answer as Cloister does (status " + received.status()
                    + ", " + (received.type() == null ? "no type" : received.type()) + "). Is it the right address?");
        return new Answer(answer, bytes, received.link());
    }

    private static boolean isJson(String type) {
        return type != null && type.matches("application/([a-z.]+\\+)?json(;.*)?");
    }

    private static JsonNode tree(byte[] bytes) {
        try {
            return JSON.readTree(bytes);
        } catch (IOException e) {
            return null;
        }
    }

    private String refusal(int status, JsonNode problem) {
        if (status == 401)
            return access.url() + " does not know this token, or no longer. Make another on the page of your account.";
        if (problem == null || !problem.hasNonNull("detail"))
            return access.url() + " does not answer as Cloister does (status " + status + "). Is it the right address?";
        String sentence = problem.get("detail").asText();
        String field = problem.path("field").asText("");
        String last = field.substring(field.lastIndexOf('.') + 1);
        return field.isEmpty() || sentence.toLowerCase().contains(last.toLowerCase())
                ? sentence
                : field + ": " + sentence;
    }

    private String why(IOException failure) {
        String where = access.url().toString();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnknownHostException)
                return "Nobody knows where " + access.url().getHost() + " is. Is the address right?";
            if (cause instanceof SSLException)
                return "The certificate of " + where + " does not fit (" + cause.getMessage()
                        + "). Name the one that vouches for it: --ca FILE or CLOISTER_CA.";
        }
        if (failure instanceof ConnectException)
            return "Nothing answers at " + where + ". Does Cloister run there (ops/up)? Else name the address: --url or"
                    + " CLOISTER_URL.";
        if (failure instanceof SocketTimeoutException || failure instanceof HttpTimeoutException)
            return where + " does not answer in time.";
        return "The connection to " + where + " broke: " + failure.getMessage() + ".";
    }
}
