package org.cloister;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** A browser and its authenticator in software, which answer what they are told to, also what no real ones would. */
public final class Authenticator {

    /** Present and verified. */
    public static final int PRESENT = 1, VERIFIED = 4;

    private static final int HAS_CREDENTIAL = 0x40;

    public String party;
    public String origin;
    public int flags = PRESENT | VERIFIED;
    public long signCount;
    public byte[] user = {};
    public String client = "";
    public byte[] id = new byte[32];
    private final KeyPair key;

    /** @param origin of the page that asks */
    public Authenticator(String party, String origin) {
        this.party = party;
        this.origin = origin;
        new SecureRandom().nextBytes(id);
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            key = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** The fields of the form that adds a passkey. */
    public Map<String, String> create(String challenge) {
        byte[] credential = ByteBuffer.allocate(16 + 2 + id.length)
                .position(16)
                .putShort((short) id.length)
                .put(id)
                .array();
        Map<String, String> fields = new HashMap<>();
        fields.put("id", text(id));
        fields.put("clientData", text(clientData("webauthn.create", challenge)));
        fields.put("authenticatorData", text(data(flags | HAS_CREDENTIAL, credential)));
        fields.put("publicKey", text(key.getPublic().getEncoded()));
        fields.put("algorithm", "-7");
        return fields;
    }

    /** The fields of the form that signs in. */
    public Map<String, String> sign(String challenge) {
        byte[] clientData = clientData("webauthn.get", challenge);
        byte[] data = data(flags, new byte[0]);
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key.getPrivate());
            signature.update(data);
            signature.update(sha256(clientData));
            Map<String, String> fields = new HashMap<>();
            fields.put("id", text(id));
            fields.put("clientData", text(clientData));
            fields.put("authenticatorData", text(data));
            fields.put("signature", text(signature.sign()));
            fields.put("user", text(user));
            return fields;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    public static byte[] bytes(String text) {
        return Base64.getUrlDecoder().decode(text);
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private byte[] clientData(String type, String challenge) {
        return ("{\"type\":\"" + type + "\",\"challenge\":\"" + challenge + "\",\"origin\":\"" + origin + "\"" + client
                        + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private byte[] data(int flags, byte[] credential) {
        return ByteBuffer.allocate(37 + credential.length)
                .put(sha256(party.getBytes(StandardCharsets.UTF_8)))
                .put((byte) flags)
                .putInt((int) signCount)
                .put(credential)
                .array();
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
