package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** What the page of a terminal opens, without the page: also what no page would send. */
final class PageSocket implements WebSocket.Listener, AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final boolean takes;
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final StringBuilder text = new StringBuilder();
    private final List<JsonNode> words = new CopyOnWriteArrayList<>();
    private WebSocket socket;
    private volatile int status;

    private PageSocket(boolean takes) {
        this.takes = takes;
    }

    /** Of the request; 101 where it succeeds, and then it is closed again. */
    static int status(Instance instance, String tenant, Map<String, String> headers) {
        try (PageSocket opened = open(instance, tenant, headers, true)) {
            return 101;
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused)
                return refused.getResponse().statusCode();
            throw e;
        }
    }

    static PageSocket open(Instance instance, String tenant, Person person) {
        return open(instance, tenant, headers(instance, person), true);
    }

    static Map<String, String> headers(Instance instance, Person person) {
        return Map.of("Cookie", person.cookie(), "Origin", instance.url().toString());
    }

    /** @param takes whether the server is told that what it sent was shown */
    static PageSocket open(Instance instance, String tenant, Map<String, String> headers, boolean takes) {
        PageSocket listener = new PageSocket(takes);
        URI url = URI.create(instance.url().toString().replaceFirst("^http", "ws") + "/tenants/" + tenant
                + "/terminal/stream?columns=100&rows=30");
        WebSocket.Builder builder = HTTP.newWebSocketBuilder();
        headers.forEach(builder::header);
        listener.socket = builder.buildAsync(url, listener).join();
        return listener;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer bytes, boolean last) {
        byte[] piece = new byte[bytes.remaining()];
        bytes.get(piece);
        synchronized (shown) {
            shown.writeBytes(piece);
        }
        from.request(1);
        return takes ? from.sendText("{\"taken\":" + piece.length + "}", true) : null;
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
        text.append(part);
        if (last) {
            try {
                words.add(JSON.readTree(text.toString()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            text.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        status = code;
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        if (status == 0) status = 1006; // as browsers call a socket that broke
    }

    void type(String keys) {
        send(keys.getBytes(StandardCharsets.UTF_8));
    }

    void send(byte[] bytes) {
        socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
    }

    void ping() {
        socket.sendPing(ByteBuffer.allocate(0)).join();
    }

    void say(String word) {
        socket.sendText(word, true).join();
    }

    String shown() {
        synchronized (shown) {
            return shown.toString(StandardCharsets.UTF_8);
        }
    }

    void awaitShown(String part) {
        Eventually.holds(PATIENCE, () -> assertTrue(shown().contains(part), () -> "shown: " + shown() + words));
    }

    /** Why it ended. */
    String awaitEnd() {
        Eventually.holds(PATIENCE, () -> assertTrue(status != 0, () -> "still open: " + words));
        return said("ended");
    }

    /** With which status the socket closed; 0 while it is open. */
    int closed() {
        return status;
    }

    /** What it was told last under that name; empty where it was told nothing. */
    String said(String name) {
        return words.stream().filter(word -> word.has(name)).reduce((one, other) -> other).stream()
                .map(word -> word.get(name).asText())
                .findFirst()
                .orElse("");
    }

    @Override
    public void close() {
        if (socket != null) socket.abort();
    }
}
