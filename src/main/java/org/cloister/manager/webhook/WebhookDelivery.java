package org.cloister.manager.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;

/** One POST: signed, within a time limit, and over when the receiver's answer begins. */
final class WebhookDelivery implements AutoCloseable {

    /** It was not received, for all that is known. The message says why, as the end of a sentence. */
    static final class FailedException extends Exception {

        private static final long serialVersionUID = 1;

        FailedException(String message) {
            super(message);
        }
    }

    private final Duration limit;
    private final HttpClient client;

    /** @param limit from the beginning to the receiver's status line and headers */
    WebhookDelivery(Duration limit) {
        this.limit = limit;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER) // another place may be anybody's
                .connectTimeout(limit)
                .build();
    }

    /**
     * @param id the same each time this message is posted, by which the receiver knows it again
     * @throws FailedException the receiver did not say that it has it, with a status from 200 to 299
     */
    void post(URI url, WebhookSecret secret, String id, byte[] body) throws FailedException, InterruptedException {
        String timestamp = Long.toString(Instant.now().getEpochSecond());
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(limit)
                .header("Content-Type", "application/json")
                .header("User-Agent", "Cloister")
                .header("webhook-id", id)
                .header("webhook-timestamp", timestamp)
                .header("webhook-signature", secret.sign(id, timestamp, body))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        try {
            HttpResponse<InputStream> answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            // Unread: before JDK 26 the time limit ends with the headers (JDK-8208693), and a body may have no end.
            answer.body().close();
            if (answer.statusCode() / 100 != 2) throw new FailedException("it answers " + answer.statusCode());
        } catch (HttpTimeoutException e) {
            throw new FailedException("it does not answer within " + limit.toSeconds() + " seconds");
        } catch (ConnectException e) {
            throw new FailedException("there is no connection to it");
        } catch (IOException e) {
            throw new FailedException("the connection to it broke (" + e.getMessage() + ")");
        }
    }

    /** Whoever waits in {@link #post} is told at once. */
    @Override
    public void close() {
        client.shutdownNow();
    }
}
