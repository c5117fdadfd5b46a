package org.cloister.agent.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.cloister.agent.linux.Command;
import org.cloister.protocol.Frames;

/**
 * What tenants reach beyond the machine: its resolvers, and the links that lead out of it.
 *
 * <p>Forwarding is switched on for single links, never for the machine: {@code ip_forward} would reset other settings of
 * every link, and switching it off again would not bring them back (ip-sysctl.rst). What was off is remembered, closed to
 * everyone but tenants by the table's set {@code uplinks}, and switched off again with the last instance's purge.
 */
final class Outside {

    private static final Path SETTINGS = Path.of("/proc/sys/net/ipv4/conf");

    /** A directory a link that was found off, in it an empty file an instance that needs it. A reboot clears both. */
    private static final Path SHARED = Path.of("/run/cloister-forwarding");

    private final String instance;

    Outside(String instance) {
        this.instance = instance;
    }

    /** Addresses in the text of a resolv.conf(5) that are not this machine's own loopback, IPv4 only. */
    static List<String> resolvers(String resolvConf) {
        return resolvConf
                .lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length >= 2 && words[0].equals("nameserver"))
                .map(words -> words[1])
                .filter(address -> address.matches("\\d{1,3}(\\.\\d{1,3}){3}") && !address.startsWith("127."))
                .distinct()
                .toList();
    }

    /** The resolvers of this machine; behind systemd's stub, those that it asks. */
    static List<String> resolvers() throws IOException {
        for (String file : List.of("/etc/resolv.conf", "/run/systemd/resolve/resolv.conf")) {
            if (!Files.isReadable(Path.of(file))) continue;
            List<String> found = resolvers(Files.readString(Path.of(file)));
            if (!found.isEmpty()) return found;
        }
        return List.of();
    }

    /** Links of the machine's default routes whose forwarding is off, or was before an instance needed it. */
    Set<String> closedUplinks() throws IOException {
        Set<String> links = new LinkedHashSet<>();
        for (JsonNode route :
                Frames.JSON.readTree(Command.run(List.of("ip", "-j", "-4", "route", "show", "default")))) {
            String link = route.path("dev").asText("");
            Path forwarding = SETTINGS.resolve(link).resolve("forwarding");
            if (link.isEmpty() || !Files.exists(forwarding)) continue;
            if (Files.isDirectory(SHARED.resolve(link))
                    || Files.readString(forwarding).strip().equals("0")) links.add(link);
        }
        return links;
    }

    /** Whether a link that leads out is closed still. */
    boolean lacks() throws IOException {
        for (String link : closedUplinks())
            if (!Files.exists(SHARED.resolve(link).resolve(instance))) return true;
        return false;
    }

    /** Switches forwarding on. The table must be loaded, with these links among its {@code uplinks}. */
    void open(Set<String> links) throws IOException {
        for (String link : links) {
            Path marker = Files.createDirectories(SHARED.resolve(link)).resolve(instance);
            if (!Files.exists(marker)) Files.createFile(marker);
            set(link, "1");
        }
    }

    /** A tenant's own link. It goes with the tenant, so nothing is remembered. */
    void forward(String link) throws IOException {
        set(link, "1");
    }

    /** Puts every link back as it was found, unless another instance still needs it. Idempotent. */
    void close() throws IOException {
        if (!Files.isDirectory(SHARED)) return;
        for (Path link : children(SHARED)) {
            Files.deleteIfExists(link.resolve(instance));
            if (!children(link).isEmpty()) continue;
            set(link.getFileName().toString(), "0");
            Files.delete(link);
        }
        if (children(SHARED).isEmpty()) Files.delete(SHARED);
    }

    private static List<Path> children(Path directory) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.toList();
        }
    }

    private static void set(String link, String value) throws IOException {
        Path forwarding = SETTINGS.resolve(link).resolve("forwarding");
        if (Files.exists(forwarding)) Files.writeString(forwarding, value);
    }
}
