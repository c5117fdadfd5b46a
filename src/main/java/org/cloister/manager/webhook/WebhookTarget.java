package org.cloister.manager.webhook;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where events are posted, and which.
 *
 * @param kinds of events, "audit.failed"; one that ends in * is for all that begin so
 */
record WebhookTarget(URI url, List<String> kinds) {

    private static final Pattern KIND = Pattern.compile("\\*|[a-z]+(\\.[a-z-]+)*(\\.\\*)?");
    private static final Set<String> THIS_MACHINE = Set.of("127.0.0.1", "[::1]", "localhost");

    /**
     * @param url of the receiver, or none
     * @param kinds with commas between
     * @throws IllegalArgumentException with a sentence that says what is wrong; the address itself may be a secret
     */
    static Optional<WebhookTarget> parse(String url, String kinds) {
        if (url.isBlank() || url.equals("none")) return Optional.empty();
        return Optional.of(new WebhookTarget(url(url), kinds(kinds)));
    }

    /** Over the network what is posted and who receives it are protected; to this machine itself nothing passes one. */
    private static URI url(String text) {
        try {
            URI url = new URI(text);
            boolean safe = "https".equals(url.getScheme())
                    || "http".equals(url.getScheme()) && THIS_MACHINE.contains(String.valueOf(url.getHost()));
            if (safe && url.getHost() != null && url.getUserInfo() == null && url.getFragment() == null) return url;
        } catch (URISyntaxException e) {
            // said below
        }
        throw new IllegalArgumentException("CLOISTER_WEBHOOK must be an address such as https://example.org/hook,"
                + " without a user or a # in it, or none; http is for this machine itself.");
    }

    private static List<String> kinds(String text) {
        List<String> kinds = List.of(text.split(",", -1));
        if (kinds.stream().allMatch(kind -> KIND.matcher(kind).matches())) return kinds;
        throw new IllegalArgumentException(
                "CLOISTER_WEBHOOK_EVENTS must be kinds of events with commas between, such as"
                        + " audit.failed,limit.*");
    }

    boolean wants(String kind) {
        return kinds.stream()
                .anyMatch(wanted -> wanted.endsWith("*")
                        ? kind.startsWith(wanted.substring(0, wanted.length() - 1))
                        : kind.equals(wanted));
    }

    /** What may be shown of the address: the rest of it is often a secret. */
    String shown() {
        return url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
    }
}
