package org.cloister.manager.recording;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;

/**
 * The text of an asciicast, version 2 (docs.asciinema.org/manual/asciicast/v2): a header, then a line an event. Terminals
 * speak bytes and the format UTF-8; a character that comes in two pieces is put together, and what is none becomes U+FFFD.
 */
final class Cast {

    private static final double NANOS = 1_000_000_000.0;

    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);

    /** The first bytes of a character whose rest has not come; three at most. */
    private ByteBuffer rest = ByteBuffer.allocate(0);

    /** @param term null if it is not known */
    String header(int columns, int rows, Instant at, String term) {
        return "{\"version\":2,\"width\":" + columns + ",\"height\":" + rows + ",\"timestamp\":" + at.getEpochSecond()
                + (term == null ? "" : ",\"env\":{\"TERM\":" + quoted(term) + "}") + "}\n";
    }

    /** @param nanos since the header; @return empty where no character is complete yet */
    String output(long nanos, byte[] bytes) {
        ByteBuffer in = ByteBuffer.allocate(rest.remaining() + bytes.length)
                .put(rest)
                .put(bytes)
                .flip();
        CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
        decoder.reset().decode(in, out, false);
        rest = ByteBuffer.allocate(in.remaining()).put(in).flip();
        return out.flip().isEmpty() ? "" : event(nanos, "o", out);
    }

    String resize(long nanos, int columns, int rows) {
        return event(nanos, "r", columns + "x" + rows);
    }

    String marker(long nanos, String label) {
        return event(nanos, "m", label);
    }

    private static String event(long nanos, String code, CharSequence data) {
        return String.format(Locale.ROOT, "[%.6f, \"%s\", ", nanos / NANOS, code) + quoted(data) + "]\n";
    }

    /** As JSON; control characters as {@code \\u}, so that the file itself moves no terminal. */
    private static String quoted(CharSequence text) {
        StringBuilder json = new StringBuilder(text.length() + 16).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') json.append('\\').append(c);
            else if (c < ' ' || c >= 0x7f && c < 0xa0 || c == '\u2028' || c == '\u2029') escape(json, c);
            else json.append(c);
        }
        return json.append('"').toString();
    }

    private static void escape(StringBuilder json, char c) {
        switch (c) {
            case '\n' -> json.append("\\n");
            case '\r' -> json.append("\\r");
            default ->
                json.append("\\u")
                        .append(Character.forDigit(c >> 12, 16))
                        .append(Character.forDigit(c >> 8 & 15, 16))
                        .append(Character.forDigit(c >> 4 & 15, 16))
                        .append(Character.forDigit(c & 15, 16));
        }
    }
}
