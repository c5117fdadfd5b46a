package org.cloister.manager.account;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.TokenAuthenticationRequest;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.cloister.manager.right.Caller;
import org.cloister.manager.right.Role;

/** Knows a program by its bearer token. */
@ApplicationScoped
class BearerIdentityProvider implements IdentityProvider<TokenAuthenticationRequest> {

    @Inject
    AdminToken admin;

    @Inject
    Tokens tokens;

    @Override
    public Class<TokenAuthenticationRequest> getRequestType() {
        return TokenAuthenticationRequest.class;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(
            TokenAuthenticationRequest request, AuthenticationRequestContext context) {
        return context.runBlocking(() -> {
            String token = request.getToken().getToken();
            // Root's token needs no database.
            if (admin.matches(token))
                return SessionIdentityProvider.identity(new Caller(Account.ROOT, Role.ADMIN, null, false));
            return SessionIdentityProvider.identity(
                    tokens.caller(token).orElseThrow(AuthenticationFailedException::new));
        });
    }
}
