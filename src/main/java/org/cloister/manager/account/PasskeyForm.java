package org.cloister.manager.account;

import java.util.Base64;
import org.cloister.manager.problem.Refusal;
import org.jboss.resteasy.reactive.RestForm;

/** What a page's script sends of a passkey that was made or asked for: bytes in URL-safe base64. */
public class PasskeyForm {

    private static final int LONGEST = 16_384;

    @RestForm
    String id;

    @RestForm
    String clientData;

    @RestForm
    String authenticatorData;

    @RestForm
    String publicKey;

    @RestForm
    String algorithm;

    @RestForm
    String signature;

    @RestForm
    String user;

    WebAuthn.Created created() {
        int number = algorithm != null && algorithm.matches("-?[0-9]{1,5}") ? Integer.parseInt(algorithm) : 0;
        return new WebAuthn.Created(bytes(id), bytes(clientData), bytes(authenticatorData), bytes(publicKey), number);
    }

    WebAuthn.Asserted asserted() {
        return new WebAuthn.Asserted(
                bytes(id), bytes(clientData), bytes(authenticatorData), bytes(signature), bytes(user));
    }

    private static byte[] bytes(String base64) {
        if (base64 == null || base64.length() > LONGEST) return new byte[0];
        try {
            return Base64.getUrlDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw Refusal.invalid("passkey", "What the browser sent of the passkey is not base64. Try again.");
        }
    }
}
