package org.cloister.manager.account;

import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.cloister.manager.host.SecretFile;
import org.cloister.manager.problem.Refusal;

/**
 * What a passkey is to sign: once, soon, and in the browser that asked. A challenge carries its own end and a seal over
 * both and whom it was made for, so that nothing is kept for strangers who ask without end; kept are those that were
 * used, until they end. One of before a restart is too old.
 */
@ApplicationScoped
class Challenges {

    static final Duration LAST = Duration.ofMinutes(5);

    static final String STALE = "This took too long, or was sent twice. Try again.";

    private static final int NONCE = 16;
    private static final int HEAD = NONCE + Long.BYTES;

    private final InstantSource clock;
    private final SecretKeySpec key = new SecretKeySpec(SecretFile.random(32), "HmacSHA256");
    private final Map<ByteBuffer, Instant> used = new HashMap<>();

    Challenges() {
        this(InstantSource.system());
    }

    Challenges(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * @param bound what for, and for whom: nobody else can use it
     * @return URL-safe base64 of 56 bytes
     */
    String fresh(String bound) {
        byte[] head = ByteBuffer.allocate(HEAD)
                .put(SecretFile.random(NONCE))
                .putLong(clock.instant().plus(LAST).toEpochMilli())
                .array();
        byte[] whole = Arrays.copyOf(head, HEAD + 32);
        System.arraycopy(seal(head, bound), 0, whole, HEAD, 32);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(whole);
    }

    /**
     * Uses it up. To be asked last, of what is right in everything else.
     *
     * @throws Refusal it was used, has ended, or was made for another browser or by nobody here
     */
    synchronized void use(String challenge, String bound) {
        Instant now = clock.instant();
        used.values().removeIf(end -> end.isBefore(now));
        byte[] whole = decoded(challenge);
        if (whole.length != HEAD + 32) throw stale();
        byte[] head = Arrays.copyOf(whole, HEAD);
        boolean ours = MessageDigest.isEqual(seal(head, bound), Arrays.copyOfRange(whole, HEAD, whole.length));
        Instant end = Instant.ofEpochMilli(ByteBuffer.wrap(head).getLong(NONCE));
        if (!ours || end.isBefore(now) || used.putIfAbsent(ByteBuffer.wrap(head), end) != null) throw stale();
    }

    private byte[] seal(byte[] head, String bound) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update(head);
            return mac.doFinal(bound.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
        }
    }

    private static byte[] decoded(String challenge) {
        try {
            return Base64.getUrlDecoder().decode(challenge);
        } catch (IllegalArgumentException e) {
            throw stale();
        }
    }

    private static Refusal stale() {
        return Refusal.invalid("passkey", STALE);
    }
}
