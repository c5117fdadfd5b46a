package org.cloister.manager.account;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import org.cloister.manager.problem.Refusal;

/**
 * What a browser and an authenticator answered, checked as Web Authentication Level 3 has it: section 7.1 when a passkey
 * is added, 7.2 when one signs in. Whoever is asked holds it and was verified (by finger, face or PIN). Where the
 * authenticator comes from is nobody's business here (attestation "none"), so what section 5.2.1.1 has the browser read
 * out of the attestation is taken from it, and no CBOR is read.
 */
final class WebAuthn {

    /** ES256, Ed25519, RS256, in the order in which they are wished (RFC 9053; RFC 8812, 2). */
    static final List<Integer> ALGORITHMS = List.of(-7, -8, -257);

    static final int LONGEST_CREDENTIAL_ID = 1023;

    private static final int P256_BITS = 256;
    private static final int SMALLEST_RSA = 2048;

    private static final int PRESENT = 0x01;
    private static final int VERIFIED = 0x04;
    private static final int MAY_BE_COPIED = 0x08;
    private static final int IS_COPIED = 0x10;
    private static final int HAS_CREDENTIAL = 0x40;

    private static final int AAGUID = 16;

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private WebAuthn() {}

    /**
     * Whose passkeys are asked for.
     *
     * @param id the host of our address
     * @param origin our address
     */
    record Party(String id, String origin) {}

    /** What an authenticator made. */
    record Created(byte[] id, byte[] clientData, byte[] authenticatorData, byte[] publicKey, int algorithm) {}

    /**
     * What an authenticator signed.
     *
     * @param id of the credential
     * @param user the account's id, as it was given when the passkey was added
     */
    record Asserted(byte[] id, byte[] clientData, byte[] authenticatorData, byte[] signature, byte[] user) {}

    /**
     * @return how often the authenticator has signed with it; 0 where it does not count
     * @throws Refusal it is not what was asked for
     */
    static long check(Party party, Created created) {
        client(party, "webauthn.create", created.clientData());
        Authenticator said = authenticator(party, created.authenticatorData());
        byte[] id = said.credentialId();
        require(id != null && id.length > 0 && id.length <= LONGEST_CREDENTIAL_ID, "It made no passkey");
        require(Arrays.equals(id, created.id()), "It names another passkey than it made");
        publicKey(created.algorithm(), created.publicKey());
        return said.signCount();
    }

    /**
     * @param publicKey and algorithm as they were when the passkey was added
     * @return how often the authenticator has signed with it; whoever keeps the count compares it
     * @throws Refusal it is not what was asked for
     */
    static long check(Party party, Asserted asserted, byte[] publicKey, int algorithm) {
        client(party, "webauthn.get", asserted.clientData());
        Authenticator said = authenticator(party, asserted.authenticatorData());
        try {
            Signature signature = Signature.getInstance(
                    switch (algorithm) {
                        case -7 -> "SHA256withECDSA";
                        case -8 -> "Ed25519";
                        default -> "SHA256withRSA";
                    });
            signature.initVerify(publicKey(algorithm, publicKey));
            signature.update(asserted.authenticatorData());
            signature.update(sha256(asserted.clientData()));
            require(signature.verify(asserted.signature()), "The signature is not this passkey's");
        } catch (GeneralSecurityException e) {
            throw refusal("The signature is not this passkey's");
        }
        return said.signCount();
    }

    /** What was to be signed, as it was sent to the browser. */
    static String challenge(byte[] clientData) {
        return text(json(clientData), "challenge");
    }

    private static void client(Party party, String type, byte[] clientData) {
        JsonNode said = json(clientData);
        require(type.equals(text(said, "type")), "It answers another question");
        require(
                party.origin().equals(text(said, "origin")),
                "It was asked for by a page of another address. Passkeys work at " + party.origin());
        require(!said.path("crossOrigin").asBoolean() && !said.has("topOrigin"), "It was asked for within a frame");
    }

    /** @param credentialId null unless it has just been made */
    private record Authenticator(long signCount, byte[] credentialId) {}

    /** Section 6.1. What follows the credential's id, its key and extensions, is not read. */
    private static Authenticator authenticator(Party party, byte[] data) {
        try {
            ByteBuffer in = ByteBuffer.wrap(data);
            byte[] partyHash = new byte[32];
            in.get(partyHash);
            int flags = in.get();
            long signCount = Integer.toUnsignedLong(in.getInt());
            require(
                    MessageDigest.isEqual(partyHash, sha256(party.id().getBytes(StandardCharsets.UTF_8))),
                    "It is a passkey of another site");
            require((flags & PRESENT) != 0 && (flags & VERIFIED) != 0, "It did not verify who holds it");
            require((flags & MAY_BE_COPIED) != 0 || (flags & IS_COPIED) == 0, "It contradicts itself");
            if ((flags & HAS_CREDENTIAL) == 0) return new Authenticator(signCount, null);
            in.position(in.position() + AAGUID);
            byte[] id = new byte[Short.toUnsignedInt(in.getShort())];
            in.get(id);
            return new Authenticator(signCount, id);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw refusal("It is cut off");
        }
    }

    private static PublicKey publicKey(int algorithm, byte[] encoded) {
        require(ALGORITHMS.contains(algorithm), "Its kind of key is not known");
        try {
            String family = algorithm == -7 ? "EC" : algorithm == -8 ? "Ed25519" : "RSA";
            PublicKey key = KeyFactory.getInstance(family).generatePublic(new X509EncodedKeySpec(encoded));
            boolean strong = switch (key) {
                case ECPublicKey ec -> ec.getParams().getOrder().bitLength() == P256_BITS;
                case RSAPublicKey rsa -> rsa.getModulus().bitLength() >= SMALLEST_RSA;
                default -> true;
            };
            require(strong, "Its key is too weak");
            return key;
        } catch (GeneralSecurityException e) {
            throw refusal("Its key cannot be read");
        }
    }

    private static JsonNode json(byte[] clientData) {
        try {
            return JSON.readTree(clientData);
        } catch (IOException e) {
            throw refusal("What the browser says of it cannot be read");
        }
    }

    private static String text(JsonNode said, String field) {
        return said.path(field).isTextual() ? said.get(field).textValue() : "";
    }

    private static byte[] sha256(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static void require(boolean fine, String otherwise) {
        if (!fine) throw refusal(otherwise);
    }

    private static Refusal refusal(String what) {
        return Refusal.invalid("passkey", "The passkey was not taken. " + what + ".");
    }
}
