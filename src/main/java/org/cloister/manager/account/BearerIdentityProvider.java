package org.cloister.manager.account;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.TokenAuthenticationRequest;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import org.cloister.manager.right.Caller;
import org.cloister.manager.right.Role;
import org.cloister.manager.right.Standing;

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
            Standing standing = admin.matches(token) ? () -> root(token) : () -> tokens.caller(token);
            return SessionIdentityProvider.identity(
                    standing.now().orElseThrow(AuthenticationFailedException::new), standing);
        });
    }

    private Optional<Caller> root(String token) {
        return admin.matches(token) ? Optional.of(new Caller(Account.ROOT, Role.ADMIN, null, false)) : Optional.empty();
    }
}
