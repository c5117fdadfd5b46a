package org.cloister.manager.recording;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CastTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Cast cast = new Cast();

    @Test
    void aHeaderIsOneOfVersionTwo() throws IOException {
        JsonNode header = JSON.readTree(cast.header(80, 24, Instant.ofEpochSecond(1_700_000_000), "x\"y\n"));
        assertEquals(2, header.get("version").asInt());
        assertEquals(80, header.get("width").asInt());
        assertEquals(24, header.get("height").asInt());
        assertEquals(1_700_000_000, header.get("timestamp").asLong());
        assertEquals("x\"y\n", header.get("env").get("TERM").asText());
    }

    @Test
    void aLineIsTimeKindAndText() {
        assertEquals(
                "[1.500000, \"o\", \"a\\u001b[1m\\\"\\\\\\r\\n\"]\n",
                cast.output(1_500_000_000L, utf8("a\033[1m\"\\\r\n")));
        assertEquals("[2.000001, \"r\", \"100x30\"]\n", cast.resize(2_000_001_000L, 100, 30));
        assertEquals("[3.000000, \"m\", \"end\"]\n", cast.marker(3_000_000_000L, "end"));
    }

    @Test
    void aCharacterThatComesInPiecesIsPutTogether() {
        byte[] face = utf8("😀");
        assertEquals("", cast.output(0, Arrays.copyOfRange(face, 0, 1)));
        assertEquals("", cast.output(0, Arrays.copyOfRange(face, 1, 3)));
        assertEquals("[0.000000, \"o\", \"😀!\"]\n", cast.output(0, new byte[] {face[3], '!'}));
    }

    @Test
    void whatIsNoTextBecomesALineAllTheSame() throws IOException {
        Random random = new Random(4);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        StringBuilder read = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            all.write(bytes);
            String line = cast.output(i, bytes);
            if (line.isEmpty()) continue;
            assertTrue(line.chars().noneMatch(c -> c < ' ' && c != '\n' || c == 0x7f), line);
            assertEquals(line.length() - 1, line.indexOf('\n'));
            read.append(JSON.readTree(line).get(2).asText());
        }
        String whole = new String(all.toByteArray(), StandardCharsets.UTF_8);
        assertTrue(whole.startsWith(read.toString()) && whole.length() - read.length() <= 3);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
