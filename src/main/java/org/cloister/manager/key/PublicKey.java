package org.cloister.manager.key;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.util.Base64;
import org.cloister.manager.problem.Refusal;

/**
 * One OpenSSH public key, checked field by field (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4, OpenSSH's PROTOCOL.u2f):
 * the type inside is the type outside, every field has its length, nothing follows the last.
 *
 * @param blob base64 as in authorized_keys
 * @param fingerprint as ssh-keygen -l prints it
 * @param comment empty if there was none
 * @param options what stood before it
 */
public record PublicKey(String type, String blob, String fingerprint, String comment, KeyOptions options) {

    private static final int LEAST_RSA_BITS = 2048;
    private static final int MOST_RSA_BITS = 16_384;
    private static final int LONGEST_COMMENT = 100;

    static boolean isKnown(String type) {
        return switch (type) {
            case "ssh-ed25519",
                    "sk-ssh-ed25519@openssh.com",
                    "ecdsa-sha2-nistp256",
                    "ecdsa-sha2-nistp384",
                    "ecdsa-sha2-nistp521",
                    "sk-ecdsa-sha2-nistp256@openssh.com",
                    "ssh-rsa" -> true;
            default -> false;
        };
    }

    /**
     * @param type a known one
     * @param base64 the second word of the line
     * @throws Refusal the key is damaged, too short or not of that type
     */
    static PublicKey of(String type, String base64, String comment, KeyOptions options) {
        byte[] blob;
        try {
            blob = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw damaged();
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(blob))) {
            if (!type.equals(text(in)))
                throw PublicKeys.wrong(
                        "The key says " + type + " but holds another kind of key. Copy it again from the .pub file.");
            switch (type) {
                case "ssh-ed25519" -> exactly(32, in);
                case "sk-ssh-ed25519@openssh.com" -> {
                    exactly(32, in);
                    application(in);
                }
                case "sk-ecdsa-sha2-nistp256@openssh.com" -> {
                    point("nistp256", in);
                    application(in);
                }
                case "ssh-rsa" -> rsa(in);
                default -> point(type.substring("ecdsa-sha2-".length()), in);
            }
            if (in.available() > 0) throw damaged();
        } catch (IOException e) {
            throw damaged();
        }
        return new PublicKey(type, Base64.getEncoder().encodeToString(blob), fingerprint(blob), tidy(comment), options);
    }

    private static void rsa(DataInputStream in) throws IOException {
        BigInteger exponent = positive(in);
        int bits = positive(in).bitLength();
        if (bits < LEAST_RSA_BITS)
            throw PublicKeys.wrong("The RSA key has " + bits + " bits; " + LEAST_RSA_BITS
                    + " are the least. Make a new one: ssh-keygen -t ed25519.");
        if (bits > MOST_RSA_BITS || exponent.bitLength() < 2 || exponent.bitLength() > 64 || !exponent.testBit(0))
            throw damaged();
    }

    /** An uncompressed point that lies on the curve. */
    private static void point(String curve, DataInputStream in) throws IOException {
        if (!curve.equals(text(in))) throw damaged();
        int width = switch (curve) {
            case "nistp256" -> 32;
            case "nistp384" -> 48;
            default -> 66;
        };
        byte[] point = exactly(1 + 2 * width, in);
        if (point[0] != 4) throw damaged();
        BigInteger x = new BigInteger(1, point, 1, width);
        BigInteger y = new BigInteger(1, point, 1 + width, width);
        ECParameterSpec parameters = parameters("secp" + curve.substring("nistp".length()) + "r1");
        BigInteger p = ((ECFieldFp) parameters.getCurve().getField()).getP();
        BigInteger right = x.pow(3)
                .add(parameters.getCurve().getA().multiply(x))
                .add(parameters.getCurve().getB())
                .mod(p);
        if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0 || !y.pow(2).mod(p).equals(right)) throw damaged();
    }

    private static ECParameterSpec parameters(String name) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK from 21 on knows " + name, e);
        }
    }

    private static void application(DataInputStream in) throws IOException {
        String application = text(in);
        if (application.isEmpty() || application.length() > 256) throw damaged();
    }

    private static BigInteger positive(DataInputStream in) throws IOException {
        byte[] bytes = field(in);
        // mpint is the shortest two's complement: a leading zero only where the next bit is set.
        if (bytes.length == 0 || bytes[0] < 0 || (bytes.length > 1 && bytes[0] == 0 && bytes[1] >= 0)) throw damaged();
        return new BigInteger(bytes);
    }

    private static byte[] exactly(int length, DataInputStream in) throws IOException {
        byte[] bytes = field(in);
        if (bytes.length != length) throw damaged();
        return bytes;
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(field(in), StandardCharsets.US_ASCII);
    }

    private static byte[] field(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) throw damaged();
        return in.readNBytes(length);
    }

    private static String fingerprint(byte[] blob) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(blob);
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Control and formatting characters (also those that reverse text) have no business in a list of keys. */
    private static String tidy(String comment) {
        String plain =
                comment.replaceAll("[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Cn}]", "").strip();
        return plain.length() <= LONGEST_COMMENT ? plain : plain.substring(0, LONGEST_COMMENT - 1) + "…";
    }

    private static Refusal damaged() {
        return PublicKeys.wrong(
                "The key is damaged: it was cut off, wrapped or changed on the way. Copy the one line of the .pub file again.");
    }
}
