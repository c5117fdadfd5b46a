package org.cloister.manager.ssh;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** CLOISTER_SSH: "0.0.0.0:2222", "[::]:2222". */
record ListenAddress(String host, int port) {

    private static final Pattern TEXT = Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([^\\[\\]:]+)):([0-9]{1,5})");

    /** @throws IllegalArgumentException with a sentence for the administrator */
    static ListenAddress parse(String text) {
        Matcher parts = TEXT.matcher(text);
        int port = parts.matches() ? Integer.parseInt(parts.group(3)) : 0;
        if (port < 1 || port > 65_535)
            throw new IllegalArgumentException(
                    "CLOISTER_SSH is \"" + text + "\"; it must be an address and a port such as 0.0.0.0:2222.");
        return new ListenAddress(parts.group(1) != null ? parts.group(1) : parts.group(2), port);
    }

    /** Whether it listens on every address of the machine. */
    boolean isWildcard() {
        return host.equals("0.0.0.0") || host.equals("::");
    }

    @Override
    public String toString() {
        return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
    }
}
