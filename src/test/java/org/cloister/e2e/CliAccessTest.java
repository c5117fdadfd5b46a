package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom the command line asks, as whom, and what it says where that does not do. */
class CliAccessTest {

    private static final String URL = System.getenv("CLOISTER_TEST_URL");

    @TempDir
    Path home;

    private Instance instance;
    private CommandLine nobody;

    @BeforeEach
    void begin() {
        instance = Instance.assumeRunning();
        nobody = CommandLine.at(URL, null, home);
    }

    @Test
    void withoutATokenNothingIsAsked() {
        refused(nobody.run("tenant", "list"), "There is no token. Put one into " + home + "/.config/cloister/token");
    }

    @Test
    void aWrongTokenIsToldFromWhatElseMayBeWrong() {
        refused(nobody.with("CLOISTER_TOKEN", "cloister_no").run("tenant", "list"), "does not know this token");
        refused(nobody.with("CLOISTER_TOKEN", "a\nb").run("tenant", "list"), "CLOISTER_TOKEN holds no token.");
    }

    @Test
    void aFileThatOthersMayReadIsRefusedAndOneThatTheyMayNotServes() {
        Path own = home.resolve(".config/cloister/token");
        for (String open : List.of("rw-r-----", "rw----r--", "rw--w----")) {
            CommandLine.secret(own, instance.adminToken(), open);
            refused(nobody.run("tenant", "list"), "Others may read or change " + own + ": chmod 600");
        }
        CommandLine.secret(own, instance.adminToken() + "\n", "rw-------");
        nobody.run("tenant", "list").orFail();
        Path named = CommandLine.secret(home.resolve("t/named"), "cloister_no", "rw-------");
        refused(nobody.run("tenant", "list", "--token-file", named.toString()), "does not know this token");
    }

    @Test
    void rootsOwnTokenGoesToThisMachinesInstanceAndNowhereElse() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        HttpServer other = listen(200, Map.of("Content-Type", "application/json"), "[]", seen);
        try {
            CommandLine root = nobody.with("CLOISTER_HOME", instance.home().toString());
            refused(root.with("CLOISTER_URL", url(other)).run("tenant", "list"), "There is no token.");
            assertEquals(List.of(), seen);
            root.with("CLOISTER_URL", null).run("tenant", "list").orFail();
        } finally {
            other.stop(0);
        }
    }

    @Test
    void aTokenIsNotSentToAnotherMachineInTheClear() {
        CommandLine admin = nobody.with("CLOISTER_TOKEN", instance.adminToken());
        var clear = admin.with("CLOISTER_URL", "http://198.51.100.7").run("tenant", "list");
        assertEquals(2, clear.exit(), clear.toString());
        assertTrue(clear.stderr().contains("the token would be readable on its way"), clear.stderr());
    }

    @Test
    void aTokenDoesNotFollowARedirection() throws Exception {
        CommandLine admin = nobody.with("CLOISTER_TOKEN", instance.adminToken());
        List<String> seen = new CopyOnWriteArrayList<>();
        HttpServer target = listen(200, Map.of("Content-Type", "application/json"), "[]", seen);
        HttpServer leads = listen(302, Map.of("Location", url(target)), "", new CopyOnWriteArrayList<>());
        try {
            refused(admin.with("CLOISTER_URL", url(leads)).run("tenant", "list"), "does not answer as Cloister does");
            assertEquals(List.of(), seen);
            admin.with("CLOISTER_URL", url(target)).run("tenant", "list").orFail();
            assertEquals(List.of("Bearer " + instance.adminToken()), seen);
        } finally {
            target.stop(0);
            leads.stop(0);
        }
    }

    @Test
    void whereCloisterIsNotOneSentenceSaysSo() throws Exception {
        CommandLine somebody = nobody.with("CLOISTER_TOKEN", "cloister_x");
        refused(
                somebody.run("tenant", "list", "--url", "http://127.0.0.1:1"),
                "Nothing answers at http://127.0.0.1:1.");
        refused(
                somebody.run("tenant", "list", "--url", "https://nowhere.invalid"),
                "Nobody knows where nowhere.invalid is");
        for (String[] body :
                new String[][] {{"text/html", "<p>"}, {"application/json", "<p>"}, {"application/json", "7"}}) {
            HttpServer page = listen(200, Map.of("Content-Type", body[0]), body[1], new CopyOnWriteArrayList<>());
            var said = somebody.run("plan", "show", "small", "--url", url(page));
            page.stop(0);
            assertTrue(said.exit() == 1 && said.stderr().lines().count() == 1, said.toString());
            assertFalse(said.stderr().contains("\tat "), said.stderr());
        }
        for (String wrong : List.of("ftp://x", "nothing", "https://a:b@x")) {
            var said = somebody.run("tenant", "list", "--url", wrong);
            assertTrue(said.exit() == 2 && said.stderr().contains("is no address such as"), said.toString());
        }
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRefusedUntilItIsNamed() throws Exception {
        Command.run(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:P-256",
                        "-nodes",
                        "-keyout",
                        home + "/key",
                        "-out",
                        home + "/cert",
                        "-subj",
                        "/CN=here",
                        "-addext",
                        "subjectAltName=IP:127.0.0.1")
                .orFail();
        Files.createDirectories(home.resolve("www"));
        String address = "127.0.0.1:" + ForwardTest.freePort();
        Process server = new ProcessBuilder(
                        "openssl",
                        "s_server",
                        "-accept",
                        address,
                        "-cert",
                        home + "/cert",
                        "-key",
                        home + "/key",
                        "-www")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            CommandLine somebody =
                    nobody.with("CLOISTER_TOKEN", "cloister_x").with("CLOISTER_URL", "https://" + address);
            Eventually.holds(() ->
                    refused(somebody.run("tenant", "list"), "The certificate of https://" + address + " does not fit"));
            String vouched = somebody.with("CLOISTER_CA", home + "/cert")
                    .run("tenant", "list")
                    .stderr();
            assertTrue(vouched.contains("does not answer as Cloister does (status 200, text/html)"), vouched);
        } finally {
            server.destroy();
            server.waitFor();
        }
    }

    private static HttpServer listen(int status, Map<String, String> headers, String body, List<String> seen)
            throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            seen.add(exchange.getRequestHeaders().getFirst("Authorization"));
            headers.forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(status, body.isEmpty() ? -1 : body.length());
            if (!body.isEmpty()) exchange.getResponseBody().write(body.getBytes());
            exchange.close();
        });
        server.start();
        return server;
    }

    private static String url(HttpServer server) {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private static void refused(Command.Outcome outcome, String sentence) {
        assertEquals(1, outcome.exit(), outcome.toString());
        assertEquals("", outcome.out());
        assertTrue(outcome.stderr().startsWith("cloister: "), outcome.stderr());
        assertEquals(1, outcome.stderr().lines().count(), outcome.stderr());
        assertTrue(outcome.stderr().contains(sentence), outcome.stderr());
    }
}
