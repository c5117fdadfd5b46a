package org.cloister.manager.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against real receivers, good ones and bad ones. */
class WebhookDeliveryTest {

    private static final byte[] BODY = "{\"type\":\"audit.failed\"}".getBytes(StandardCharsets.UTF_8);
    private static final WebhookSecret SECRET = new WebhookSecret(new byte[32]);
    /** Of a delivery that gets through, however busy the machine is. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    record Got(String id, String timestamp, String signature, byte[] body) {}

    private final List<Got> got = new CopyOnWriteArrayList<>();
    private final WebhookDelivery delivery = new WebhookDelivery(LIMIT);
    private final WebhookDelivery brief = new WebhookDelivery(Duration.ofSeconds(1));
    private HttpServer receiver;

    @BeforeEach
    void listen() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.setExecutor(
                Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory()));
        receiver.createContext("/good", exchange -> answer(exchange, 204));
        receiver.createContext("/refusing", exchange -> answer(exchange, 500));
        receiver.createContext("/moved", exchange -> {
            exchange.getResponseHeaders().add("Location", at("/good").toString());
            answer(exchange, 307);
        });
        receiver.createContext("/endless", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                while (true) out.write(new byte[8192]);
            }
        });
        receiver.start();
    }

    @AfterEach
    void end() {
        delivery.close();
        brief.close();
        receiver.stop(0);
    }

    private void answer(HttpExchange exchange, int status) throws IOException {
        var headers = exchange.getRequestHeaders();
        got.add(new Got(
                headers.getFirst("webhook-id"),
                headers.getFirst("webhook-timestamp"),
                headers.getFirst("webhook-signature"),
                exchange.getRequestBody().readAllBytes()));
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private URI at(String path) {
        return URI.create("http://127.0.0.1:" + receiver.getAddress().getPort() + path);
    }

    private void post(URI url) throws Exception {
        delivery.post(url, SECRET, "evt_1", BODY);
    }

    private String refusal(URI url) {
        return refusal(delivery, url);
    }

    private static String refusal(WebhookDelivery by, URI url) {
        return assertTimeoutPreemptively(
                PATIENCE,
                () -> assertThrows(WebhookDelivery.FailedException.class, () -> by.post(url, SECRET, "evt_1", BODY))
                        .getMessage());
    }

    @Test
    void theReceiverKnowsBySignatureThatItIsUsAndThatNothingWasChanged() throws Exception {
        post(at("/good"));
        Got one = got.getFirst();
        assertEquals(expected(one.id(), one.timestamp(), one.body()), one.signature());
        assertNotEquals(expected(one.id(), one.timestamp() + "0", one.body()), one.signature(), "the time is signed");
        assertNotEquals(expected("evt_2", one.timestamp(), one.body()), one.signature(), "the number is signed");
        assertNotEquals(expected(one.id(), one.timestamp(), new byte[0]), one.signature(), "the body is signed");
    }

    /** As a receiver has it, by the letter of standardwebhooks.com. */
    private static String expected(String id, String timestamp, byte[] body) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(new byte[32], "HmacSHA256"));
        String signed = id + "." + timestamp + "." + new String(body, StandardCharsets.UTF_8);
        return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aReceiverThatRefusesHasNotReceived() {
        assertEquals("it answers 500", refusal(at("/refusing")));
    }

    @Test
    void aReceiverThatPointsElsewhereIsNotFollowed() {
        assertEquals("it answers 307", refusal(at("/moved")));
        assertEquals(1, got.size(), "posted to where it pointed");
    }

    @Test
    void aReceiverThatSaysNothingIsLeftAfterTheTimeLimit() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertEquals(
                    "it does not answer within 1 seconds",
                    refusal(brief, URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/")));
        }
    }

    @Test
    void aReceiverThatDripsItsHeadersIsLeftAfterTheTimeLimit() throws Exception {
        try (ServerSocket slow = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> drip(slow));
            refusal(brief, URI.create("http://127.0.0.1:" + slow.getLocalPort() + "/"));
        }
    }

    private static void drip(ServerSocket slow) {
        try (Socket socket = slow.accept()) {
            OutputStream out = socket.getOutputStream();
            out.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; ; i++) {
                out.write(("x-" + i + ": y\r\n").getBytes(StandardCharsets.US_ASCII));
                Thread.sleep(50);
            }
        } catch (IOException | InterruptedException e) {
            // it was left
        }
    }

    @Test
    void anAnswerWithoutAnEndIsNotRead() {
        assertTimeoutPreemptively(PATIENCE, () -> post(at("/endless")));
    }

    @Test
    void nobodyThereIsSaidInPlainWords() {
        receiver.stop(0);
        assertEquals("there is no connection to it", refusal(at("/good")));
    }

    @Test
    void theSecretIsMadeOnceForTheManagerAloneAndOneThatIsOpenToOthersIsNotUsed(@TempDir Path home) throws Exception {
        Path file = home.resolve("webhook.secret");
        String first = WebhookSecret.at(file).sign("a", "1", BODY);
        assertEquals(first, WebhookSecret.at(file).sign("a", "1", BODY));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertTrue(Files.readString(file).matches("whsec_[A-Za-z0-9+/]{43}=\n"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThrows(IOException.class, () -> WebhookSecret.at(file));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(file, "whsec_short\n");
        assertTrue(assertThrows(IOException.class, () -> WebhookSecret.at(file))
                .getMessage()
                .contains("is damaged"));
    }

    @Test
    void pausesGrowAndHaveAnEnd() {
        assertEquals(Duration.ofSeconds(2), WebhookSender.pause(0));
        assertEquals(Duration.ofSeconds(16), WebhookSender.pause(3));
        assertEquals(Duration.ofMinutes(10), WebhookSender.pause(1_000_000));
    }
}
