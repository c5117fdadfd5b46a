package org.cloister.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import org.cloister.protocol.AllowedSigner;
import org.cloister.protocol.ChainLink;
import org.cloister.protocol.Frames;
import org.cloister.protocol.SshSignature;

/**
 * A record whose signature is that of its bytes, whoever made it.
 *
 * @param name the file's, for people
 * @param signer the fingerprint of the key that signed it
 * @param at when it was sealed, or what of it comes nearest; null where it does not say
 * @param what it records, in a word or two
 * @param nextKey the fingerprint of the key that signs what follows; null where that is the same
 * @param replacedKey of the one that signs no more; empty where it does not say
 */
record SoundRecord(
        String name, ChainLink link, String signer, Instant at, String what, String nextKey, String replacedKey) {

    /** A record that is not sound. @param sequence the number that it claims; 0 if it claims none */
    static final class Unsound extends Exception {

        private static final long serialVersionUID = 1;
        private final long sequence;

        Unsound(long sequence, String sentence) {
            super(sentence);
            this.sequence = sequence;
        }

        long sequence() {
            return sequence;
        }
    }

    static SoundRecord of(RecordFile file) throws Unsound {
        JsonNode read;
        ChainLink link;
        try {
            read = Frames.JSON.readTree(file.document());
            link = ChainLink.of(read, file.document());
        } catch (IOException e) {
            throw new Unsound(0, file.name() + ": it is no record, or it was changed.");
        }
        if (file.signature() == null)
            throw new Unsound(
                    link.sequence(),
                    file.name() + ": there is no signature beside it (" + base(file.name()) + ".sig).");
        SshSignature signature;
        try {
            signature = SshSignature.parse(file.signature());
        } catch (IllegalArgumentException e) {
            throw new Unsound(link.sequence(), file.name() + ".sig: " + e.getMessage() + ".");
        }
        if (!signature.fits(ChainLink.PURPOSE, file.document()))
            throw new Unsound(
                    link.sequence(),
                    file.name() + ": it was changed after it was signed, or the signature is another's.");
        return new SoundRecord(
                file.name(),
                link,
                SshSignature.fingerprint(signature.key()),
                at(read, link),
                what(read, link),
                link.kind().equals("key") ? nextKey(file, read, link) : null,
                read.path("replaces").asText());
    }

    /** From the key itself; the fingerprint beside it is for people. */
    private static String nextKey(RecordFile file, JsonNode read, ChainLink link) throws Unsound {
        try {
            return AllowedSigner.parse(read.path("key").asText()).orElseThrow().fingerprint();
        } catch (RuntimeException e) {
            throw new Unsound(link.sequence(), file.name() + ": it names no key of Ed25519.");
        }
    }

    private static Instant at(JsonNode read, ChainLink link) {
        if (link.sealedAt() != null) return link.sealedAt();
        try {
            return Instant.parse(read.path("finishedAt").asText());
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static String what(JsonNode read, ChainLink link) {
        String what = switch (link.kind()) {
            case "audit" -> read.path("verdict").asText();
            case "neighbour" -> read.at("/victim/name").asText();
            case "deletion" -> read.at("/tenant/name").asText();
            case "reading" -> read.path("reader").asText();
            case "key" -> read.path("reason").asText();
            default -> "";
        };
        return what.replaceAll("[^\\x20-\\x7e]", "?");
    }

    private static String base(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }
}
