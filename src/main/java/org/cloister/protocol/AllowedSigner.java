package org.cloister.protocol;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key of Ed25519 in a file of ssh-keygen's allowed signers, and from when to when it may sign (ssh-keygen(1), ALLOWED
 * SIGNERS). Of such files what ours have is read: times in UTC, to the second, both ends included.
 *
 * @param key 32 bytes
 * @param from null for ever since
 * @param until null for ever after
 */
public record AllowedSigner(byte[] key, Instant from, Instant until) {

    private static final Pattern KEY = Pattern.compile("(?:^|\\s)ssh-ed25519 ([A-Za-z0-9+/=]+)");
    private static final Pattern NAMESPACES = Pattern.compile("(?i)namespaces=\"([^\"]*)\"");
    private static final Pattern TIME = Pattern.compile("(?i)valid-(after|before)=\"?([0-9Z]+)\"?");
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC);

    /**
     * @return empty where the line holds no such key, or one that may not sign records
     * @throws IllegalArgumentException its times are none of ours
     */
    public static Optional<AllowedSigner> parse(String line) {
        Matcher found = KEY.matcher(line);
        if (line.startsWith("#") || !found.find()) return Optional.empty();
        byte[] blob = Base64.getDecoder().decode(found.group(1));
        if (blob.length < 32) throw new IllegalArgumentException("a key in it is cut short");
        String options = line.substring(0, found.start());
        Matcher namespaces = NAMESPACES.matcher(options);
        if (options.toLowerCase(Locale.ROOT).contains("cert-authority")
                || namespaces.find() && !List.of(namespaces.group(1).split(",")).contains(ChainLink.PURPOSE))
            return Optional.empty();
        Instant from = null;
        Instant until = null;
        Matcher times = TIME.matcher(options);
        while (times.find()) {
            if (times.group(1).equalsIgnoreCase("after")) from = time(times.group(2));
            else until = time(times.group(2));
        }
        return Optional.of(new AllowedSigner(Arrays.copyOfRange(blob, blob.length - 32, blob.length), from, until));
    }

    private static Instant time(String text) {
        try {
            return LocalDateTime.parse(text.substring(0, text.length() - 1), SECONDS)
                    .toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "the time " + text + " in it is not one such as 20260131235959Z, in UTC", e);
        }
    }

    /** As valid-after and valid-before want it, and {@code ssh-keygen -O verify-time}. */
    public static String time(Instant at) {
        return SECONDS.format(at) + "Z";
    }

    public String fingerprint() {
        return SshSignature.fingerprint(key);
    }

    /** Whether it was of its time then; null where nobody knows when. */
    public boolean isOfItsTime(Instant at) {
        if (at == null) return true;
        Instant second = Instant.ofEpochSecond(at.getEpochSecond());
        return (from == null || !second.isBefore(from)) && (until == null || !second.isAfter(until));
    }
}
