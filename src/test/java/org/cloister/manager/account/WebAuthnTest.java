package org.cloister.manager.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.KeyPairGenerator;
import java.util.HashMap;
import java.util.Map;
import org.cloister.Authenticator;
import org.cloister.manager.problem.Refusal;
import org.junit.jupiter.api.Test;

class WebAuthnTest {

    private static final WebAuthn.Party PARTY = new WebAuthn.Party("example.org", "https://example.org:8443");

    private final Authenticator phone = new Authenticator("example.org", "https://example.org:8443");
    private final byte[] key = created(phone).publicKey();

    private static WebAuthn.Created created(Authenticator authenticator) {
        return form(authenticator.create("Y2hhbGxlbmdl")).created();
    }

    private static WebAuthn.Asserted asserted(Authenticator authenticator) {
        return form(authenticator.sign("Y2hhbGxlbmdl")).asserted();
    }

    private static PasskeyForm form(Map<String, String> fields) {
        PasskeyForm form = new PasskeyForm();
        form.id = fields.get("id");
        form.clientData = fields.get("clientData");
        form.authenticatorData = fields.get("authenticatorData");
        form.publicKey = fields.get("publicKey");
        form.algorithm = fields.get("algorithm");
        form.signature = fields.get("signature");
        form.user = fields.get("user");
        return form;
    }

    /** Neither when it is added nor when it signs in; then, put back, both go well. */
    private void isRefused(String why, Runnable spoil, Runnable mend) {
        spoil.run();
        says(why, () -> WebAuthn.check(PARTY, created(phone)));
        says(why, () -> WebAuthn.check(PARTY, asserted(phone), key, -7));
        mend.run();
        assertEquals(phone.signCount, WebAuthn.check(PARTY, created(phone)));
        assertEquals(phone.signCount, WebAuthn.check(PARTY, asserted(phone), key, -7));
    }

    private static void says(String why, Runnable check) {
        String sentence = assertThrows(Refusal.class, check::run).sentence();
        assertTrue(sentence.contains(why), sentence);
    }

    @Test
    void aPageOfAnotherAddressIsRefused() {
        for (String other :
                new String[] {"https://example.org", "http://example.org:8443", "https://eve.example.org:8443"})
            isRefused("another address", () -> phone.origin = other, () -> phone.origin = PARTY.origin());
    }

    @Test
    void aFrameIsRefused() {
        isRefused("within a frame", () -> phone.client = ",\"crossOrigin\":true", () -> phone.client = "");
        isRefused(
                "within a frame",
                () -> phone.client = ",\"topOrigin\":\"https://eve.example\"",
                () -> phone.client = ",\"crossOrigin\":false");
    }

    @Test
    void aPasskeyOfAnotherSiteIsRefused() {
        isRefused("another site", () -> phone.party = "eve.example", () -> phone.party = PARTY.id());
    }

    @Test
    void whoIsNotVerifiedIsRefused() {
        for (int flags : new int[] {0, Authenticator.PRESENT, Authenticator.VERIFIED})
            isRefused(
                    "did not verify",
                    () -> phone.flags = flags,
                    () -> phone.flags = Authenticator.PRESENT | Authenticator.VERIFIED);
    }

    @Test
    void whatSaysItIsCopiedAndCannotBeIsRefused() {
        isRefused("contradicts", () -> phone.flags = 0x15, () -> phone.flags = 0x1d);
    }

    @Test
    void anotherKeysSignatureIsRefused() {
        Authenticator other = new Authenticator(PARTY.id(), PARTY.origin());
        says("not this passkey's", () -> WebAuthn.check(PARTY, asserted(other), key, -7));
        WebAuthn.Asserted good = asserted(phone);
        byte[] tampered = good.authenticatorData().clone();
        tampered[36] ^= 1;
        says(
                "not this passkey's",
                () -> WebAuthn.check(
                        PARTY,
                        new WebAuthn.Asserted(good.id(), good.clientData(), tampered, good.signature(), good.user()),
                        key,
                        -7));
        says(
                "not this passkey's",
                () -> WebAuthn.check(
                        PARTY,
                        new WebAuthn.Asserted(
                                good.id(), good.clientData(), good.authenticatorData(), new byte[0], good.user()),
                        key,
                        -7));
        assertEquals(0, WebAuthn.check(PARTY, good, key, -7));
    }

    @Test
    void anAnswerToTheOtherQuestionIsRefused() {
        WebAuthn.Created made = created(phone);
        WebAuthn.Asserted signed = asserted(phone);
        says(
                "another question",
                () -> WebAuthn.check(
                        PARTY,
                        new WebAuthn.Created(
                                made.id(),
                                signed.clientData(),
                                made.authenticatorData(),
                                made.publicKey(),
                                made.algorithm())));
        says(
                "another question",
                () -> WebAuthn.check(
                        PARTY,
                        new WebAuthn.Asserted(
                                signed.id(),
                                made.clientData(),
                                signed.authenticatorData(),
                                signed.signature(),
                                signed.user()),
                        key,
                        -7));
    }

    @Test
    void aKeyThatIsWeakUnknownOrNotOfItsKindIsRefused() throws Exception {
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(1024);
        Map<String, String> fields = new HashMap<>(phone.create("x"));
        fields.put(
                "publicKey",
                java.util.Base64.getUrlEncoder()
                        .encodeToString(rsa.generateKeyPair().getPublic().getEncoded()));
        fields.put("algorithm", "-257");
        says("too weak", () -> WebAuthn.check(PARTY, form(fields).created()));
        fields.put("algorithm", "-7");
        says("cannot be read", () -> WebAuthn.check(PARTY, form(fields).created()));
        fields.put("algorithm", "-65535");
        says("not known", () -> WebAuthn.check(PARTY, form(fields).created()));
    }

    @Test
    void whatIsCutOffOrNoAnswerAtAllIsRefused() {
        WebAuthn.Created made = created(phone);
        for (int length = 0; length < made.authenticatorData().length; length++) {
            byte[] cut = java.util.Arrays.copyOf(made.authenticatorData(), length);
            assertThrows(
                    Refusal.class,
                    () -> WebAuthn.check(
                            PARTY,
                            new WebAuthn.Created(
                                    made.id(), made.clientData(), cut, made.publicKey(), made.algorithm())));
        }
        for (String client : new String[] {"", "null", "[]", "{", "{}{}", "{\"type\":\"webauthn.create\",\"type\":1}"})
            assertThrows(
                    Refusal.class,
                    () -> WebAuthn.check(
                            PARTY,
                            new WebAuthn.Created(
                                    made.id(),
                                    client.getBytes(),
                                    made.authenticatorData(),
                                    made.publicKey(),
                                    made.algorithm())));
        assertThrows(Refusal.class, () -> WebAuthn.check(PARTY, form(Map.of()).created()));
        assertThrows(Refusal.class, () -> form(Map.of("id", "*")).created());
    }
}
