package org.cloister.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloister.protocol.ChainLink;
import org.cloister.protocol.Frames;
import org.cloister.protocol.SshSignature;

/**
 * Checks reports of audits. What it finds anybody can find by hand: {@code ssh-keygen -Y verify} for a signature,
 * {@code sha256sum} for what the next report calls "previous".
 */
final class AuditVerify {

    private static final Pattern HEAD = Pattern.compile("(\\d{1,18}):([0-9a-f]{64})");
    private static final Pattern SIGNER = Pattern.compile("(?:^|\\s)ssh-ed25519 ([A-Za-z0-9+/=]+)");

    /** @param name the file's, for people */
    private record Link(String name, long sequence, String sha256, String previous) {}

    private final PrintStream out;
    private final Set<String> signers;
    private final Map<Long, Link> chain = new TreeMap<>();
    private int faults;

    private AuditVerify(PrintStream out, Set<String> signers) {
        this.out = out;
        this.signers = signers;
    }

    /**
     * @return 0 where all is well, 1 where something is wrong, which is told
     * @throws IllegalArgumentException the words make no sense
     */
    static int run(List<String> words, PrintStream out) throws IOException {
        Set<String> signers = null;
        Matcher head = null;
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.startsWith("--") && i + 1 == words.size())
                throw new IllegalArgumentException(word + " is not known, or needs a value.");
            switch (word) {
                case "--signers" -> signers = signers(Path.of(words.get(++i)));
                case "--head" -> {
                    head = HEAD.matcher(words.get(++i));
                    if (!head.matches())
                        throw new IllegalArgumentException(
                                "--head is the number of a report, a colon and its SHA-256.");
                }
                default -> {
                    if (word.startsWith("--")) throw new IllegalArgumentException(word + " is not known.");
                    files.add(Path.of(word));
                }
            }
        }
        if (files.isEmpty()) throw new IllegalArgumentException("Which reports? Name their files.");
        AuditVerify verify = new AuditVerify(out, signers);
        for (Path file : files) verify.report(file);
        verify.chain();
        if (head != null) verify.head(Long.parseLong(head.group(1)), head.group(2));
        return verify.faults == 0 ? 0 : 1;
    }

    private static Set<String> signers(Path file) throws IOException {
        Set<String> fingerprints = new HashSet<>();
        for (String line : Files.readAllLines(file)) {
            Matcher key = SIGNER.matcher(line);
            if (line.startsWith("#") || !key.find()) continue;
            byte[] blob = Base64.getDecoder().decode(key.group(1));
            fingerprints.add(
                    SshSignature.fingerprint(java.util.Arrays.copyOfRange(blob, blob.length - 32, blob.length)));
        }
        if (fingerprints.isEmpty()) throw new IllegalArgumentException(file + " holds no key of Ed25519.");
        return fingerprints;
    }

    private void report(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Path beside = file.resolveSibling(file.getFileName() + ".sig");
        if (!Files.exists(beside)) {
            fault(file + ": there is no signature beside it (" + beside.getFileName() + ").");
            return;
        }
        SshSignature signature;
        JsonNode report;
        try {
            signature = SshSignature.parse(Files.readString(beside));
            report = Frames.JSON.readTree(bytes);
        } catch (IllegalArgumentException e) {
            fault(beside + ": " + e.getMessage() + ".");
            return;
        } catch (IOException e) {
            fault(file + ": it is no report; it was changed.");
            return;
        }
        String fingerprint = SshSignature.fingerprint(signature.key());
        if (!signature.fits(ChainLink.PURPOSE, bytes)) {
            fault(file + ": it was changed after it was signed, or the signature is another's.");
            return;
        }
        if (signers != null && !signers.contains(fingerprint)) {
            fault(file + ": it is signed with a key that is not among the signers, " + fingerprint + ".");
            return;
        }
        Link link = new Link(
                file.toString(),
                report.path("sequence").asLong(),
                HexFormat.of().formatHex(SshSignature.hash("SHA-256", bytes)),
                report.path("previous").asText());
        out.printf(
                "%-6d %-6s %s  signed by %s%n",
                link.sequence(),
                report.path("verdict").asText(),
                report.path("startedAt").asText(),
                fingerprint);
        Link other = chain.putIfAbsent(link.sequence(), link);
        if (other != null && !other.sha256().equals(link.sha256()))
            fault(file + ": there is another report of the number " + link.sequence() + ", " + other.name() + ".");
    }

    private void chain() {
        Link before = null;
        for (Link link : chain.values()) {
            if (before != null && link.sequence() > before.sequence() + 1) {
                long first = before.sequence() + 1;
                long last = link.sequence() - 1;
                fault((first == last ? "Report " + first + " is" : "Reports " + first + " to " + last + " are")
                        + " missing.");
            } else if (before != null && !link.previous().equals(before.sha256()))
                fault(link.name() + ": it does not follow " + before.name()
                        + ", but a report whose SHA-256 begins with " + start(link.previous()) + ".");
            before = link;
        }
        if (before == null) return;
        long first = chain.values().iterator().next().sequence();
        if (faults == 0)
            out.println(
                    chain.size() == 1
                            ? "Report " + first + " is whole."
                            : "Reports " + first + " to " + before.sequence() + " are whole, and none is missing.");
        if (signers == null)
            out.println(
                    "Whose key it is was not checked: compare it with keys/audit.signers of the machine (--signers).");
    }

    /** What was noted down elsewhere is part of the chain, so that nobody cut its end off. */
    private void head(long sequence, String sha256) {
        Link link = chain.get(sequence);
        if (link == null) fault("The chain was seen to reach report " + sequence + ", which is not here.");
        else if (!link.sha256().equals(sha256))
            fault(link.name() + ": it is not the report " + sequence + " that was noted down.");
    }

    private static String start(String hash) {
        return hash.isEmpty() ? "nothing" : hash.substring(0, Math.min(12, hash.length()));
    }

    private void fault(String sentence) {
        faults++;
        out.println("WRONG  " + sentence);
    }
}
