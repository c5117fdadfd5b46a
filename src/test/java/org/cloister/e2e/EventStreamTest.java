package org.cloister.e2e;

import static org.cloister.e2e.ApiInputTest.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever follows the log hears every line once, also after a connection that broke. */
class EventStreamTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Instance instance;

    @BeforeEach
    void findTheInstance() {
        instance = Instance.assumeRunning();
    }

    /** A follower; what it hears are lines as they came. */
    private final class Ear implements AutoCloseable {

        private final HttpURLConnection connection;
        private final BufferedReader lines;

        Ear(String query, String seen) throws IOException {
            connection = (HttpURLConnection) instance.url()
                    .resolve("/api/v1/events/stream" + query)
                    .toURL()
                    .openConnection();
            connection.setRequestProperty("Authorization", "Bearer " + instance.adminToken());
            connection.setRequestProperty("Accept", "text/event-stream");
            if (seen != null) connection.setRequestProperty("Last-Event-ID", seen);
            connection.setReadTimeout((int) PATIENCE.toMillis());
            InputStream in = connection.getInputStream();
            lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        }

        /** The next event: its id and its data. The stream breathes, so a read that times out is not enough to end this. */
        Map.Entry<String, String> next() throws IOException {
            String id = null;
            long end = System.nanoTime() + PATIENCE.toNanos();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (System.nanoTime() > end)
                    throw new AssertionError("nothing heard for " + PATIENCE.toSeconds() + " s");
                if (line.startsWith("id:")) id = line.substring(3).strip();
                if (line.startsWith("data:")) return Map.entry(id, line.substring(5));
            }
            throw new IOException("the stream ended");
        }

        @Override
        public void close() {
            connection.disconnect();
        }
    }

    @Test
    void aNumberThatIsNoneIsRefused() {
        problem(instance.request("GET", "/events/stream", null, Map.of("Last-Event-ID", "x")), 400);
    }

    @Test
    void everyLineIsHeardOnceAndInItsOrderAlsoAfterABreak() throws Exception {
        List<Long> heard = new ArrayList<>();
        int links = 0;
        try (Ear ear = new Ear("", null)) {
            for (int i = 0; i < 3; i++) instance.signInLink();
            while (links < 1) links += hear(ear, heard);
        }
        for (int i = 0; i < 3; i++) instance.signInLink();
        try (Ear ear = new Ear("", heard.getLast().toString())) {
            while (links < 6) links += hear(ear, heard);
        }
        for (int i = 1; i < heard.size(); i++) assertEquals(heard.get(i - 1) + 1, heard.get(i), heard.toString());
    }

    /** A page's stream begins anew each minute, so its end counts only within half of one. */
    @Test
    void aStreamEndsWithTheSignInThatOpenedItAndOthersGoOn() throws Exception {
        try (Person auditor = Person.create(instance, "stream-auditor", "auditor", null);
                Ear other = new Ear("", null)) {
            BufferedReader log = follow(auditor, "/api/v1/events/stream");
            BufferedReader list = follow(auditor, "/live/tenants");
            assertNotNull(log.readLine());
            assertNotNull(list.readLine());
            auditor.form("/sign-out", Map.of()).expect(200);
            long end = System.nanoTime() + PATIENCE.toNanos();
            for (BufferedReader stream : List.of(log, list))
                while (stream.readLine() != null) assertTrue(System.nanoTime() < end, "it goes on");
            while (!other.next().getValue().contains("stream-auditor signed out")) {
                assertTrue(System.nanoTime() < end + PATIENCE.toNanos(), "nobody signed out");
            }
        }
    }

    private BufferedReader follow(Person person, String path) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) instance.url().resolve(path).toURL().openConnection();
        connection.setRequestProperty("Cookie", person.cookie());
        connection.setRequestProperty("Accept", "text/event-stream");
        connection.setReadTimeout((int) PATIENCE.toMillis());
        return new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
    }

    /** @return 1 where it is a link that was made; others have their events meanwhile */
    private static int hear(Ear ear, List<Long> heard) throws IOException {
        var event = ear.next();
        heard.add(Long.valueOf(event.getKey()));
        return event.getValue().contains("account.link") ? 1 : 0;
    }

    @Test
    void whoFollowsATenantHearsNothingOfOthers() throws Exception {
        try (Ear ear = new Ear("?tenant=carrel", null)) {
            instance.signInLink();
            try (TenantHandle ignored = instance.tenant("carrel")) {
                String event = ear.next().getValue();
                assertTrue(event.contains("\"tenant\":\"carrel\""), event);
                assertFalse(event.contains("account.link"), event);
            }
        }
    }
}
