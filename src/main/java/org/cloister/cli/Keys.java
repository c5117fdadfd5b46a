package org.cloister.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** The commands that begin with "key". */
final class Keys {

    /** More than a body of the API may hold. */
    private static final int LARGEST = 1 << 20;

    private Keys() {}

    static int run(Call call) throws IOException {
        String path = "/tenants/" + call.part(0) + "/keys";
        Line line = call.line();
        if (call.verb().equals("list")) return list(call, call.api().get(path));
        if (call.verb().equals("remove")) {
            call.api().send("DELETE", path + "/" + call.part(1), null);
            return call.say(null, "The key is removed.");
        }
        ObjectNode wish = Api.object();
        wish.set("sshKeys", read(line.arguments().subList(1, line.arguments().size())));
        JsonNode answer = call.api().send("POST", path, wish);
        for (JsonNode note : answer.path("notes")) call.err().println("note: " + Terminal.plain(note.asText()));
        return call.wantsJson() ? call.print(answer, () -> "") : list(call, answer.get("keys"));
    }

    /** The texts of files, "-" for standard input. A file of a private key is never sent. */
    static ArrayNode read(List<String> files) throws IOException {
        ArrayNode keys = Api.object().putArray("keys");
        for (String file : files) {
            byte[] bytes;
            try (var in = file.equals("-") ? System.in : Files.newInputStream(Path.of(file))) {
                bytes = in.readNBytes(LARGEST);
            } catch (NoSuchFileException e) {
                throw new RefusedException("There is no file " + file + ".");
            }
            String text = new String(bytes, StandardCharsets.UTF_8);
            if (text.contains("PRIVATE KEY"))
                throw new RefusedException(file + " holds a private key, which stays where it is. Name the file .pub.");
            keys.add(text);
        }
        return keys;
    }

    private static int list(Call call, JsonNode keys) {
        Table table = new Table("FINGERPRINT", "TYPE", "COMMENT", "OPTIONS", "EXPIRES", "ADDED");
        for (JsonNode key : keys)
            table.row(
                    Values.text(key, "fingerprint"),
                    Values.text(key, "type"),
                    Values.text(key, "comment"),
                    Values.text(key, "options"),
                    Values.time(key.path("expiresAt")),
                    Values.time(key.path("createdAt")));
        return call.print(
                keys, table, "No key logs in to " + Terminal.plain(call.line().argument(0)) + ".");
    }
}
