package org.cloister.manager.account;

import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.cloister.manager.host.SecretFile;
import org.cloister.manager.problem.Refusal;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Seals second factors with AES-256-GCM and a key outside the database, each bound to its account. */
@ApplicationScoped
class FactorSeal {

    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    @Inject
    @ConfigProperty(name = "cloister.home")
    Path home;

    private SecretKey key;

    @PostConstruct
    void open() {
        Path file = home.resolve("keys/manager/factors.key");
        try {
            key = SecretFile.key(file, "The key of second factors", "open a second factor");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] seal(UUID account, byte[] secret) {
        byte[] nonce = new byte[NONCE];
        new SecureRandom().nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, account, nonce).doFinal(secret);
            return ByteBuffer.allocate(NONCE + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws Refusal it was sealed with another key, or changed */
    byte[] open(UUID account, byte[] sealed) {
        try {
            byte[] nonce = Arrays.copyOf(sealed, NONCE);
            return cipher(Cipher.DECRYPT_MODE, account, nonce).doFinal(sealed, NONCE, sealed.length - NONCE);
        } catch (GeneralSecurityException e) {
            throw new Refusal(
                    Refusal.Kind.FAULT,
                    "The second factor of this account cannot be read with keys/manager/factors.key. An admin can reset it.",
                    e);
        }
    }

    private Cipher cipher(int mode, UUID account, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(ByteBuffer.allocate(16)
                .putLong(account.getMostSignificantBits())
                .putLong(account.getLeastSignificantBits())
                .array());
        return cipher;
    }
}
