package org.cloister.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * One request and what came back, by HttpURLConnection: the newer client needs 0.2 s of CPU time to start, more than all
 * the rest. It is used for PATCH, which the older one does not know (JDK-7016595). Redirects are not followed: the token
 * would go with them.
 */
final class Wire {

    private static final int CONNECT_MILLIS = 10_000;
    private static final int READ_MILLIS = 60_000;

    /** @param link the header; empty for none. The body is the caller's to close. */
    record Received(int status, String type, String link, InputStream body) {}

    private final Access access;

    Wire(Access access) {
        this.access = access;
        System.setProperty("sun.net.http.retryPost", "false"); // a change is asked for once (JDK-6382788)
    }

    /** @param body JSON; null for none */
    Received send(String method, String path, String body) throws IOException {
        URI uri = URI.create(access.url() + "/api/v1" + path);
        if (method.equals("PATCH")) return patch(uri, body);
        HttpURLConnection connection = open(uri, "application/json");
        connection.setRequestMethod(method);
        if (body != null) {
            connection.setRequestProperty("Content-Type", "application/json");
            connection.setDoOutput(true);
            connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        }
        return received(connection);
    }

    /** Server-sent events. @param seen id of the last that was seen; null for none */
    Received follow(String path, String seen) throws IOException {
        HttpURLConnection connection = open(URI.create(access.url() + "/api/v1" + path), "text/event-stream");
        if (seen != null) connection.setRequestProperty("Last-Event-ID", seen);
        return received(connection);
    }

    private HttpURLConnection open(URI uri, String accept) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        if (access.ca() != null && connection instanceof HttpsURLConnection secure)
            secure.setSSLSocketFactory(trust().getSocketFactory());
        connection.setInstanceFollowRedirects(false);
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(READ_MILLIS);
        connection.setRequestProperty("Authorization", "Bearer " + access.token());
        connection.setRequestProperty("Accept", accept);
        return connection;
    }

    private static Received received(HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        InputStream answer = status >= 400 ? connection.getErrorStream() : connection.getInputStream();
        String link = connection.getHeaderField("Link");
        return new Received(
                status,
                connection.getContentType(),
                link == null ? "" : link,
                answer == null ? InputStream.nullInputStream() : answer);
    }

    private Received patch(URI uri, String body) throws IOException {
        HttpClient.Builder client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofMillis(CONNECT_MILLIS));
        if (access.ca() != null) client.sslContext(trust());
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(Duration.ofMillis(READ_MILLIS))
                .header("Authorization", "Bearer " + access.token())
                .header("Content-Type", "application/json")
                .method("PATCH", HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            var answer = client.build().send(request, HttpResponse.BodyHandlers.ofInputStream());
            String type = answer.headers().firstValue("Content-Type").orElse(null);
            return new Received(answer.statusCode(), type, "", answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("it was interrupted", e);
        }
    }

    private SSLContext trust() throws IOException {
        try (InputStream file = Files.newInputStream(access.ca())) {
            KeyStore known = KeyStore.getInstance(KeyStore.getDefaultType());
            known.load(null, null);
            for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(file))
                known.setCertificateEntry("ca" + known.size(), one);
            if (known.size() == 0) throw new CertificateException("it is empty");
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(known);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new UsageException(access.ca() + " holds no certificate (PEM).");
        }
    }
}
