package org.cloister.manager.key;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The options before a key, taken apart and no further: names, each with a value in double quotes or none, commas between
 * them, up to the first blank that is not quoted. A quote within a value is written \"; no other backslash means
 * anything.
 *
 * @param rest what stands behind them, without the blanks between
 */
record OptionText(List<Option> options, String rest) {

    private static final int MOST = 64;

    /** @param name in lower case; @param value null where there is none */
    record Option(String name, String value) {}

    /** @throws org.cloister.manager.problem.Refusal a quote that does not end, an empty option, or too many */
    static OptionText parse(String text) {
        List<Option> options = new ArrayList<>();
        int at = 0;
        while (true) {
            int start = at;
            while (at < text.length() && isOfName(text.charAt(at))) at++;
            if (at == start || options.size() == MOST) throw unreadable();
            String name = text.substring(start, at).toLowerCase(Locale.ROOT);
            String value = null;
            if (text.startsWith("=\"", at)) {
                StringBuilder quoted = new StringBuilder();
                at = value(text, at + 2, quoted);
                value = quoted.toString();
            }
            options.add(new Option(name, value));
            if (at == text.length() || isBlank(text.charAt(at)))
                return new OptionText(List.copyOf(options), text.substring(at).strip());
            if (text.charAt(at++) != ',') throw unreadable();
        }
    }

    /** @return the index behind the closing quote */
    private static int value(String text, int from, StringBuilder quoted) {
        for (int at = from; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') return at + 1;
            if (c == '\\' && text.startsWith("\"", at + 1)) c = text.charAt(++at);
            quoted.append(c);
        }
        throw unreadable();
    }

    /** As it stands before a key. */
    static String quote(String value) {
        return "\"" + value.replace("\"", "\\\"") + "\"";
    }

    private static boolean isOfName(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-';
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static RuntimeException unreadable() {
        return PublicKeys.wrong("The options before the key cannot be read: they are written as"
                + " from=\"10.0.0.0/8\",no-pty, with commas and no blank between them, each value in double quotes.");
    }
}
