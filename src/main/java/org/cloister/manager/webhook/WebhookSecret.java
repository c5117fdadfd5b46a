package org.cloister.manager.webhook;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.cloister.manager.host.SecretFile;
import org.cloister.protocol.SshSignature;

/** What receivers know that it is us by: 32 bytes, handed to them as {@code whsec_} and base64. */
final class WebhookSecret {

    private static final String PREFIX = "whsec_";
    private static final int BYTES = 32;

    private final byte[] secret;

    WebhookSecret(byte[] secret) {
        this.secret = secret.clone();
    }

    /**
     * Reads the secret, or makes it where there is none yet. Read at each use: one that was replaced counts at once.
     *
     * @throws IOException with a sentence that says what is wrong with the file and what to do
     */
    static WebhookSecret at(Path file) throws IOException {
        byte[] text = SecretFile.read(
                file,
                "The webhook's secret",
                128,
                () -> (PREFIX + Base64.getEncoder().encodeToString(SecretFile.random(BYTES)) + "\n")
                        .getBytes(StandardCharsets.US_ASCII));
        try {
            String line = new String(text, StandardCharsets.US_ASCII).strip();
            byte[] secret = Base64.getDecoder().decode(line.substring(PREFIX.length()));
            if (line.startsWith(PREFIX) && secret.length == BYTES) return new WebhookSecret(secret);
        } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
            // said below
        }
        throw new IOException("The webhook's secret " + file
                + " is damaged. Remove it, and a new one is made, which the" + " receiver must be told.");
    }

    /** As the header webhook-signature has it: over id, time and body, so that none of them can be another's. */
    String sign(String id, String timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    /** Tells the events of one installation from those of another, and nothing else. */
    String installation() {
        return HexFormat.of().formatHex(SshSignature.hash("SHA-256", secret)).substring(0, 12);
    }
}
