package org.cloister.manager.account;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.cloister.manager.problem.Refusal;

/**
 * Argon2id (RFC 9106) with 19 MiB, two passes and one lane, the smallest that OWASP recommends, written as the PHC string
 * that other programs write.
 */
final class Password {

    static final int SHORTEST = 12;
    static final int LONGEST_BYTES = 1024;

    private static final int KIBIBYTES = 19 * 1024;
    private static final int PASSES = 2;
    private static final int SALT = 16;
    private static final int HASH = 32;
    private static final String HEAD = "$argon2id$v=19$m=" + KIBIBYTES + ",t=" + PASSES + ",p=1$";

    /** Each takes 19 MiB: a flood of sign-ins waits and does not use the memory up. */
    private static final Semaphore PLACES = new Semaphore(2);

    /** Threads that wait for a place; the others go on serving those who are signed in. */
    private static final int MOST_WAITING = 16;

    /** What is compared where there is no account, so that an answer takes as long as for one that is there. */
    private static final String NOBODY = hash("nobody has this password");

    private Password() {}

    /**
     * @throws Refusal it is too short to hold, or too long
     */
    static void check(String password) {
        if (password == null || password.codePointCount(0, password.length()) < SHORTEST)
            throw Refusal.invalid(
                    "password", "A password has " + SHORTEST + " characters or more; a few words in a row do well.");
        if (password.getBytes(StandardCharsets.UTF_8).length > LONGEST_BYTES)
            throw Refusal.invalid("password", "The password is too long: " + LONGEST_BYTES + " bytes are allowed.");
    }

    static String hash(String password) {
        byte[] salt = new byte[SALT];
        new SecureRandom().nextBytes(salt);
        return HEAD + base64(salt) + "$" + base64(derive(password, salt));
    }

    /** @param kept null for an account without one, or for no account: false, after as long a time */
    static boolean matches(String password, String kept) {
        String[] parts = (kept == null ? NOBODY : kept).split("\\$");
        byte[] salt = Base64.getDecoder().decode(parts[4]);
        byte[] hash = Base64.getDecoder().decode(parts[5]);
        boolean same = password != null
                && password.length() <= LONGEST_BYTES
                && MessageDigest.isEqual(hash, derive(password, salt));
        return same && kept != null;
    }

    private static byte[] derive(String password, byte[] salt) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        byte[] hash = new byte[HASH];
        takePlace();
        try {
            generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                    .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                    .withMemoryAsKB(KIBIBYTES)
                    .withIterations(PASSES)
                    .withParallelism(1)
                    .withSalt(salt)
                    .build());
            generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
        } finally {
            PLACES.release();
        }
        return hash;
    }

    private static void takePlace() {
        if (PLACES.getQueueLength() < MOST_WAITING) PLACES.acquireUninterruptibly();
        else throw Refusal.later("Very many people sign in at this moment. Try again in some seconds.");
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }
}
