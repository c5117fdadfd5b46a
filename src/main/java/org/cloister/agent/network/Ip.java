package org.cloister.agent.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.cloister.agent.linux.Command;
import org.cloister.protocol.Frames;

/** ip(8) and nft(8), on the machine or in a network namespace. */
final class Ip {

    private static final Path SIX_OFF = Path.of("/proc/sys/net/ipv6/conf/all/disable_ipv6");

    private Ip() {}

    /**
     * A number below /proc/sys. The kernel gives it to a reader that takes it in one go and nothing of it afterwards, and
     * {@link Files#readString} takes one byte first.
     */
    static long setting(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Long.parseLong(new String(in.readNBytes(32), StandardCharsets.US_ASCII).strip());
        }
    }

    /** The versions of the protocol that this machine has switched on. */
    static List<Family> families() throws IOException {
        boolean six = Files.exists(SIX_OFF) && setting(SIX_OFF) == 0;
        return six ? List.of(Family.FOUR, Family.SIX) : List.of(Family.FOUR);
    }

    /** Runs the lines of a batch. Those that speak of IPv6 are left out on a machine that has it switched off. */
    static void batch(Path namespace, String lines) throws IOException {
        String kept = families().contains(Family.SIX)
                ? lines
                : lines.lines()
                        .filter(line -> !line.contains("::"))
                        .map(line -> line.replace(" addrgenmode none", "") + "\n")
                        .collect(Collectors.joining());
        Command.run(in(namespace, "ip", "-batch", "-"), kept, 30);
    }

    /** The same on the machine. */
    static void batch(String lines) throws IOException {
        batch((Path) null, lines);
    }

    /** Runs the lines of a batch for one family, on the machine. */
    static void batch(Family family, String lines) throws IOException {
        if (!lines.isEmpty()) Command.run(List.of("ip", family.option(), "-batch", "-"), lines, 30);
    }

    /** What a command shows, on the machine. */
    static JsonNode show(Family family, String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip", "-j", family.option()));
        command.addAll(List.of(words));
        String shown = Command.run(command);
        return Frames.JSON.readTree(shown.isBlank() ? "[]" : shown);
    }

    static void nft(Path namespace, String commands) throws IOException {
        Command.run(in(namespace, "nft", "-f", "-"), commands, 30);
    }

    /** @param namespace null for the machine's own */
    static List<String> in(Path namespace, String... command) {
        List<String> words = new ArrayList<>();
        if (namespace != null) words.addAll(List.of("nsenter", "--net=" + namespace, "--"));
        words.addAll(List.of(command));
        return words;
    }
}
