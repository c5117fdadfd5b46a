package org.cloister.manager.account;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Somebody's own account.
 *
 * @param password whether there is one
 * @param recoveryCodes how many are left; 0 where there is no second factor
 * @param address where passkeys work
 * @param setup the authenticator to be; null unless it is being set up
 * @param shown what is shown this once; null mostly
 * @param said what was refused just now
 */
record AccountPage(
        String name,
        String role,
        String tenant,
        boolean password,
        boolean factor,
        long recoveryCodes,
        Setup setup,
        Shown shown,
        String address,
        List<Passkey> passkeys,
        List<Session> sessions,
        List<ApiToken> tokens,
        Said said) {

    /**
     * @param secret in base32
     * @param picture of the same for a camera: the squares' path in an SVG
     * @param size of the picture in squares
     */
    record Setup(String secret, String uri, String picture, int size) {}

    /** @param token a fresh one, or null @param codes fresh recovery codes, or none */
    record Shown(String token, List<String> codes) {}

    /** @param here whether it is the one that asks */
    record Session(UUID id, String address, String browser, Instant createdAt, Instant seenAt, boolean here) {}

    /** @param at "password", "passkey", "factor" or "token" */
    record Said(String at, String sentence) {

        static final Said NOTHING = new Said("", "");
    }

    public String fault(String form) {
        return said.at().equals(form) ? said.sentence() : "";
    }
}
