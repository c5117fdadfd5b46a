package org.cloister.manager.account;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.OptionalLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Time-based one-time passwords as every authenticator makes them: RFC 6238 with HMAC-SHA-1, 30 seconds, six digits. */
final class Totp {

    static final int SECRET_BYTES = 20;

    private static final int STEP_SECONDS = 30;
    private static final int DIGITS = 1_000_000;
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private Totp() {}

    static byte[] newSecret() {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return secret;
    }

    /**
     * The time step that this code is of: the present one, or one beside it for clocks that differ.
     *
     * @param after the last step that was taken; no earlier one is, nor that one again
     * @return empty where the code is wrong
     */
    static OptionalLong step(byte[] secret, String code, Instant now, long after) {
        if (code == null || !code.matches("[0-9]{6}")) return OptionalLong.empty();
        long present = now.getEpochSecond() / STEP_SECONDS;
        for (long step = present - 1; step <= present + 1; step++)
            if (step > after && code(secret, step).equals(code)) return OptionalLong.of(step);
        return OptionalLong.empty();
    }

    /** RFC 4226, 5.3. */
    static String code(byte[] secret, long step) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret, "HmacSHA1"));
            byte[] sum = mac.doFinal(ByteBuffer.allocate(8).putLong(step).array());
            int offset = sum[sum.length - 1] & 0xf;
            int number = ByteBuffer.wrap(sum).getInt(offset) & 0x7fffffff;
            return "%06d".formatted(number % DIGITS);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA-1", e);
        }
    }

    /** RFC 4648, 6; twenty bytes need no padding. */
    static String base32(byte[] secret) {
        StringBuilder text = new StringBuilder();
        int bits = 0;
        int held = 0;
        for (byte one : secret) {
            bits = bits << 8 | one & 0xff;
            for (held += 8; held >= 5; held -= 5) text.append(ALPHABET.charAt(bits >> held - 5 & 31));
        }
        return text.toString();
    }

    /** @throws IllegalArgumentException it is not the base32 of a secret */
    static byte[] secret(String base32) {
        if (base32 == null || !base32.matches("[A-Z2-7]{32}")) throw new IllegalArgumentException("not a secret");
        ByteBuffer secret = ByteBuffer.allocate(SECRET_BYTES);
        long bits = 0;
        int held = 0;
        for (char one : base32.toCharArray()) {
            bits = bits << 5 | ALPHABET.indexOf(one);
            held += 5;
            if (held >= 8) secret.put((byte) (bits >> (held -= 8)));
        }
        return secret.array();
    }
}
