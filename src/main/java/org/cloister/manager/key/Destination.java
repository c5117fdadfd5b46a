package org.cloister.manager.key;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A host and a port in {@code permitopen=} or {@code permitlisten=}.
 *
 * @param host as it was written, without brackets; null for any
 * @param port 0 for any
 * @param wild whether * and ? in the host stand for others, as in permitlisten; else it is taken as it is
 */
public record Destination(String host, int port, boolean wild) {

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:*?-]{1,253}");

    /**
     * @param option permitopen or permitlisten, which alone may leave the host out
     * @throws org.cloister.manager.problem.Refusal it is none
     */
    static Destination parse(String option, String text) {
        boolean listens = option.equals("permitlisten");
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? null : text.substring(0, colon);
        String port = text.substring(colon + 1);
        if (host != null && host.startsWith("[") && host.endsWith("]")) host = host.substring(1, host.length() - 1);
        else if (host != null && host.indexOf(':') >= 0) throw wrong(option, listens);
        if (host == null && !listens || host != null && !HOST.matcher(host).matches()) throw wrong(option, listens);
        return new Destination("*".equals(host) ? null : host, port(option, listens, port), listens);
    }

    private static int port(String option, boolean listens, String text) {
        if (text.equals("*")) return 0;
        if (text.matches("[1-9]\\d{0,4}") && Integer.parseInt(text) < 65_536) return Integer.parseInt(text);
        throw wrong(option, listens);
    }

    private static RuntimeException wrong(String option, boolean listens) {
        return PublicKeys.wrong(option + " takes " + (listens ? "[host:]port" : "host:port")
                + ", such as \"localhost:8080\", \"[::1]:5432\" or \"localhost:*\".");
    }

    /** @param asked the host as the client wrote it; "*" where it means every address */
    public boolean matches(String asked, int askedPort) {
        return (port == 0 || port == askedPort) && (host == null || matches(asked));
    }

    private boolean matches(String asked) {
        return wild
                ? Wildcard.matches(host.toLowerCase(Locale.ROOT), asked.toLowerCase(Locale.ROOT))
                : host.equals(asked);
    }

    /** As it is written in an option. */
    String text() {
        String where = host == null ? "*" : host.indexOf(':') < 0 ? host : "[" + host + "]";
        return where + ":" + (port == 0 ? "*" : port);
    }
}
