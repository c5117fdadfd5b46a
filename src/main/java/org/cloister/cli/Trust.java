package org.cloister.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cloister.protocol.AllowedSigner;

/**
 * Which key may sign the next record: one that the signers' file names for that time, or one that a record of a key which
 * might sign has named since. A key that was replaced signs no more.
 */
final class Trust {

    /** Null where there is no such file: then the first record's key is taken for the machine's. */
    private final List<AllowedSigner> named;

    private final Set<String> vouched = new HashSet<>();
    private final Map<String, Long> replaced = new HashMap<>();
    private boolean begun;

    private Trust(List<AllowedSigner> named) {
        this.named = named;
    }

    static Trust ofWhoeverBegins() {
        return new Trust(null);
    }

    /** @throws IllegalArgumentException the file names no key, or is not written as ssh-keygen and we read it */
    static Trust in(Path file) throws IOException {
        List<AllowedSigner> named = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file))
                AllowedSigner.parse(line).ifPresent(named::add);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage() + ".", e);
        }
        if (named.isEmpty())
            throw new IllegalArgumentException(file + " holds no key of Ed25519 that may sign records.");
        return new Trust(named);
    }

    boolean isOfAFile() {
        return named != null;
    }

    /**
     * Takes the records in their order.
     *
     * @return why its key may not sign it; null if it may
     */
    String judge(SoundRecord record) {
        String key = record.signer();
        boolean first = !begun;
        begun = true;
        Long since = replaced.get(key);
        if (since != null) return "it is signed with a key that record " + since + " replaced, " + key;
        if (named == null && first) vouched.add(key);
        if (isNamed(key)) {
            if (named.stream().noneMatch(signer -> signer.fingerprint().equals(key) && signer.isOfItsTime(record.at())))
                return "it was signed at " + record.at() + ", when its key was not to sign, " + key;
        } else if (!vouched.contains(key))
            return named == null
                    ? "it is signed with another key, which no record before it names, " + key
                    : "it is signed with a key that is not among the signers, " + key;
        if (record.nextKey() != null) {
            vouched.add(record.nextKey());
            for (String old : List.of(key, record.replacedKey()))
                if (!old.equals(record.nextKey()))
                    replaced.put(old, record.link().sequence());
        }
        return null;
    }

    private boolean isNamed(String key) {
        return named != null
                && named.stream().anyMatch(signer -> signer.fingerprint().equals(key));
    }
}
