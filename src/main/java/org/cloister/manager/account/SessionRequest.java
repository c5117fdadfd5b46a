package org.cloister.manager.account;

import io.quarkus.security.identity.request.BaseAuthenticationRequest;

/** A browser's session token that asks to be somebody. */
final class SessionRequest extends BaseAuthenticationRequest {

    private final String token;

    SessionRequest(String token) {
        this.token = token;
    }

    String token() {
        return token;
    }
}
