package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Somebody who is told of events, and who is not always well. */
final class Receiver implements AutoCloseable {

    /** An event that was taken, as it came. */
    record Got(long id, String kind, JsonNode data) {}

    private final Path secret;
    private final HttpServer server;
    private final List<Got> taken = new CopyOnWriteArrayList<>();
    private final StringBuffer forged = new StringBuffer();
    private volatile int status = 204;
    private volatile boolean hangs;

    Receiver(Path secret) throws IOException {
        this.secret = secret;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(
                Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory()));
        server.createContext("/hook", this::take);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook?key=1";
    }

    void answer(int status) {
        this.status = status;
    }

    void hang(boolean hangs) {
        this.hangs = hangs;
    }

    private void take(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (hangs) {
            Eventually.pause(120_000);
            exchange.close();
            return;
        }
        check(exchange, body);
        if (status == 204) {
            JsonNode message = Instance.JSON.readTree(body);
            JsonNode data = message.get("data");
            taken.add(new Got(data.get("id").asLong(), message.get("type").asText(), data));
        }
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private void check(HttpExchange exchange, byte[] body) throws IOException {
        String id = exchange.getRequestHeaders().getFirst("webhook-id");
        String timestamp = exchange.getRequestHeaders().getFirst("webhook-timestamp");
        byte[] key = Base64.getDecoder().decode(Files.readString(secret).strip().substring("whsec_".length()));
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            String signed = id + "." + timestamp + "." + new String(body, StandardCharsets.UTF_8);
            String expected =
                    "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
            boolean fresh = Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp)) < 300;
            if (!fresh || !expected.equals(exchange.getRequestHeaders().getFirst("webhook-signature")))
                forged.append(id).append(' ');
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** The numbers of what came without a good signature. */
    String forged() {
        return forged.toString();
    }

    void await(String kind, String link) {
        Eventually.holds(() -> assertTrue(
                taken.stream()
                        .anyMatch(got -> got.kind().equals(kind)
                                && got.data().path("link").asText().equals(link)),
                taken.toString()));
    }

    /** The latest so many of that kind, which were not asked for before. */
    List<Got> await(int count, String kind) {
        Eventually.seen("events of " + kind, Duration.ofMinutes(4), () -> of(kind).size() >= count);
        List<Got> got = of(kind);
        taken.removeAll(got);
        return got;
    }

    private List<Got> of(String kind) {
        return taken.stream().filter(got -> got.kind().equals(kind)).toList();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
