package org.cloister.cli;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Goes once through what most commands do, against a server that knows a single answer. The build runs it to see which
 * classes are loaded, and puts them into the archive that makes the command line quick to start (class data sharing).
 */
final class Rehearsal {

    private static final String ANSWER = """
            {"id":"6f9c","name":"alice","state":"running","plan":"small","template":"bookworm","address4":"10.0.0.1",
            "createdAt":"2026-01-01T00:00:00Z","limits":{"memoryBytes":1073741824},"uidRange":{"first":1,"count":2}}
            """;

    private Rehearsal() {}

    public static void main(String[] arguments) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            boolean one = exchange.getRequestURI().getPath().endsWith("/alice");
            byte[] answer = (one ? ANSWER : "[" + ANSWER + "]").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        try {
            Map<String, String> environment = Map.of(
                    "CLOISTER_URL", "http://127.0.0.1:" + server.getAddress().getPort(), "CLOISTER_TOKEN", "rehearsal");
            PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
            Cloister cloister = new Cloister(environment, Terminal.of(""), nowhere, nowhere);
            for (String words : List.of(
                    "tenant list",
                    "tenant show alice",
                    "tenant list --json",
                    "plan list",
                    "help",
                    "tenant list --help")) cloister.run(List.of(words.split(" ")));
        } finally {
            server.stop(0);
        }
    }
}
