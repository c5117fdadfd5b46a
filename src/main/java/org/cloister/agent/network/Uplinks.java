package org.cloister.agent.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Forwarding, switched on for the links that lead out and never for the machine: {@code ip_forward} would reset other
 * settings of every link, and switching it off again would not bring them back (ip-sysctl.rst).
 *
 * <p>What was off is remembered, and what comes in by it is forwarded to tenants alone: two routing rules of its own, right
 * behind the local addresses', see to that without any help of a firewall. As soon as somebody else wants the machine to
 * forward (a container engine that was started later), the rules go and the link is theirs.
 */
final class Uplinks {

    private final String instance;

    Uplinks(String instance) {
        this.instance = instance;
    }

    /** Opens these links, and no others any more. */
    void open(Family family, Set<String> links) throws IOException {
        try (Shared shared = Shared.locked()) {
            Path root = Files.createDirectories(shared.directory(family));
            if (family == Family.SIX && WholeMachine.needed()) {
                if (links.isEmpty()) new WholeMachine(shared).close(instance);
                else new WholeMachine(shared).open(instance);
                return;
            }
            if (family.forwardedByTheMachine()) {
                for (Path link : Shared.children(root)) {
                    if (family == Family.SIX) write(family, link, "0"); // the machine's switch is another one
                    forget(family, link);
                }
                return;
            }
            for (Path link : Shared.children(root))
                if (!links.contains(link.getFileName().toString())) release(family, link);
            for (String link : links) {
                Path remembered = root.resolve(link);
                if (!Files.isDirectory(remembered)) {
                    if (!closed(family, link)) continue; // none, or opened by somebody else
                    Files.createDirectory(remembered);
                }
                guard(family, link);
                Path mine = remembered.resolve(instance);
                if (!Files.exists(mine)) Files.createFile(mine);
                if (closed(family, link)) Files.writeString(family.forwarding(link), "1");
            }
        }
    }

    /** Opens a link of our own, which nothing has to be remembered of. */
    static void openOwn(Family family, String link) throws IOException {
        if (closed(family, link)) Files.writeString(family.forwarding(link), "1");
    }

    /** Puts every link back as it was found, unless another instance still needs it. Idempotent. */
    void close() throws IOException {
        try (Shared shared = Shared.locked()) {
            new WholeMachine(shared).close(instance);
            for (Family family : Ip.families())
                for (Path link : Shared.children(shared.directory(family))) release(family, link);
        }
        Shared.tidy();
    }

    private void release(Family family, Path remembered) throws IOException {
        Files.deleteIfExists(remembered.resolve(instance));
        if (!Shared.children(remembered).isEmpty()) return;
        write(family, remembered, "0");
        forget(family, remembered);
    }

    private static void write(Family family, Path remembered, String value) throws IOException {
        Path setting = family.forwarding(remembered.getFileName().toString());
        if (Files.exists(setting)) Files.writeString(setting, value);
    }

    /** Somebody else decides about it from now on. */
    private static void forget(Family family, Path remembered) throws IOException {
        String link = remembered.getFileName().toString();
        StringBuilder lines = new StringBuilder();
        for (JsonNode rule : rules(family))
            if (rule.path("priority").asInt() == 1 && rule.path("iif").asText().equals(link))
                lines.append("rule del pref 1 iif ").append(link).append('\n');
        Ip.batch(family, lines.toString());
        for (Path instance : Shared.children(remembered)) Files.deleteIfExists(instance);
        Files.deleteIfExists(remembered);
    }

    private static void guard(Family family, String link) throws IOException {
        long there = 0;
        for (JsonNode rule : rules(family))
            if (rule.path("priority").asInt() == 1 && rule.path("iif").asText().equals(link)) there++;
        if (there >= 2) return;
        String from = "pref 1 iif " + link;
        Ip.batch(
                family,
                ("rule del " + from + "\n").repeat((int) there)
                        + "rule add " + from + " to " + family.tenants() + " lookup main protocol kernel\n"
                        + "rule add " + from + " blackhole protocol kernel\n");
    }

    private static JsonNode rules(Family family) throws IOException {
        return Ip.show(family, "rule", "show");
    }

    private static boolean closed(Family family, String link) throws IOException {
        Path setting = family.forwarding(link);
        return Files.exists(setting) && Ip.setting(setting) == 0;
    }
}
