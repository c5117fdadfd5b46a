package org.cloister.agent.chain;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cloister.protocol.AllowedSigner;
import org.cloister.protocol.ChainLink;

/**
 * The public keys of this machine, written down for everybody in the form of ssh-keygen's allowed signers: one that was
 * replaced stays, with the time until which it signed.
 */
final class Signers {

    private final Path file;
    private final String instance;

    Signers(Path file, String instance) {
        this.file = file;
        this.instance = instance;
    }

    /** Has this key there, with no bound of time unless it has one already. */
    void ensure(SigningKey key) throws IOException {
        List<String> lines = lines();
        if (lines.stream().anyMatch(line -> isOf(key.fingerprint(), line))) return;
        lines.add(line(key, ""));
        write(lines);
    }

    /**
     * From then on one key signs and no other. Idempotent.
     *
     * @param lines of other keys that have no end get this one
     */
    void replace(SigningKey key, Instant at) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : lines()) {
            Optional<AllowedSigner> signer = AllowedSigner.parse(line);
            if (signer.isPresent() && signer.get().fingerprint().equals(key.fingerprint())) continue;
            boolean open = signer.isPresent() && signer.get().until() == null;
            lines.add(
                    open
                            ? line.replaceFirst("( ssh-ed25519 )", ",valid-before=\"" + AllowedSigner.time(at) + "\"$1")
                            : line);
        }
        lines.add(line(key, ",valid-after=\"" + AllowedSigner.time(at) + "\""));
        write(lines);
    }

    private String line(SigningKey key, String times) {
        return "audit@" + instance + " namespaces=\"" + ChainLink.PURPOSE + "\"" + times + " " + key.line();
    }

    private static boolean isOf(String fingerprint, String line) {
        return AllowedSigner.parse(line)
                .map(signer -> signer.fingerprint().equals(fingerprint))
                .orElse(false);
    }

    private List<String> lines() throws IOException {
        return new ArrayList<>(Files.exists(file) ? Files.readAllLines(file) : List.of());
    }

    private void write(List<String> lines) throws IOException {
        WholeFile.write(
                file, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8), WholeFile.EVERYBODY_READS);
    }
}
