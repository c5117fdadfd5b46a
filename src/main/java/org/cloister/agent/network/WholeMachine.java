package org.cloister.agent.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * IPv6 forwarding on kernels before 6.17, which know it for the whole machine alone. What was off is switched on, what comes
 * in by whatever link is forwarded to tenants alone, and links that listen to router advertisements go on doing so:
 * {@code accept_ra} 1 would be deaf on a machine that forwards, 2 is not (ip-sysctl.rst). All of it is put back.
 */
final class WholeMachine {

    private static final Family SIX = Family.SIX;
    private static final Path SETTINGS = Path.of("/proc/sys/net/ipv6/conf");
    private static final String TENANTS = "to " + SIX.tenants() + " lookup main";
    private static final String OTHERS = "not iif lo blackhole";
    private static final String DEAF = "accept_ra.";

    /** An empty file for each instance that needs it, and one for each link that would have gone deaf. */
    private final Path remembered;

    WholeMachine(Shared shared) {
        remembered = shared.directory(SIX).resolve("all");
    }

    /** Whether the kernel cannot do it for single links. */
    static boolean needed() {
        return !Files.exists(SIX.forwarding("default"));
    }

    /** Nothing is done where the machine forwards by somebody else's wish. */
    void open(String instance) throws IOException {
        if (!Files.isDirectory(remembered)) {
            if (SIX.forwardedByTheMachine()) return;
            Files.createDirectory(remembered);
        }
        mark(instance);
        guard();
        for (Path link : Shared.children(SETTINGS)) {
            if (link.endsWith("all") || Ip.setting(link.resolve("accept_ra")) != 1) continue;
            mark(DEAF + link.getFileName());
            Files.writeString(link.resolve("accept_ra"), "2"); // before: routes learned by it would be dropped
        }
        if (!SIX.forwardedByTheMachine()) Files.writeString(SETTINGS.resolve("all/forwarding"), "1");
    }

    /** Puts everything back, unless another instance still needs it. Idempotent. */
    void close(String instance) throws IOException {
        if (!Files.isDirectory(remembered)) return;
        Files.deleteIfExists(remembered.resolve(instance));
        for (Path each : Shared.children(remembered))
            if (!each.getFileName().toString().startsWith(DEAF)) return;
        Files.writeString(SETTINGS.resolve("all/forwarding"), "0");
        for (Path each : Shared.children(remembered)) {
            Path link = SETTINGS.resolve(each.getFileName().toString().substring(DEAF.length()));
            if (Files.exists(link) && Ip.setting(link.resolve("accept_ra")) == 2)
                Files.writeString(link.resolve("accept_ra"), "1");
            Files.delete(each);
        }
        StringBuilder lines = new StringBuilder();
        for (String rule : guards())
            lines.append("rule del pref 1 ").append(rule).append('\n');
        Ip.batch(SIX, lines.toString());
        Files.delete(remembered);
    }

    private void guard() throws IOException {
        List<String> there = guards();
        StringBuilder lines = new StringBuilder();
        for (String rule : there) lines.append("rule del pref 1 ").append(rule).append('\n');
        lines.append("rule add pref 1 ").append(TENANTS).append(" protocol kernel\n");
        lines.append("rule add pref 1 ").append(OTHERS).append(" protocol kernel\n");
        if (there.size() != 2) Ip.batch(SIX, lines.toString());
    }

    private static List<String> guards() throws IOException {
        List<String> guards = new ArrayList<>();
        for (JsonNode rule : Ip.show(SIX, "rule", "show")) {
            if (rule.path("priority").asInt() != 1) continue;
            boolean lo = rule.path("iif").asText().equals("lo");
            if (rule.has("not") && lo) guards.add(OTHERS);
            else if (!rule.has("iif")
                    && SIX.tenants().startsWith(rule.path("dst").asText() + "/")) guards.add(TENANTS);
        }
        return guards;
    }

    private void mark(String name) throws IOException {
        Path file = remembered.resolve(name);
        if (!Files.exists(file)) Files.createFile(file);
    }
}
