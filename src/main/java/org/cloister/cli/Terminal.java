package org.cloister.cli;

/**
 * Which of the standard streams are a terminal. The JVM asks the kernel late and with a library of its own
 * (System.console), so what starts it says so: a digit for each, "012" for all three.
 */
record Terminal(boolean in, boolean out, boolean err) {

    static Terminal of(String digits) {
        return new Terminal(digits.contains("0"), digits.contains("1"), digits.contains("2"));
    }

    /** On one line, without what would steer a terminal: names and notes are other people's. */
    static String plain(String text) {
        StringBuilder plain = null;
        for (int i = 0; i < text.length(); i++) {
            char one = text.charAt(i);
            int kind = Character.getType(one);
            if (kind != Character.CONTROL && kind != Character.FORMAT && kind != Character.LINE_SEPARATOR) continue;
            if (plain == null) plain = new StringBuilder(text);
            plain.setCharAt(i, one == '\n' || one == '\t' ? ' ' : '?');
        }
        return plain == null ? text : plain.toString();
    }
}
