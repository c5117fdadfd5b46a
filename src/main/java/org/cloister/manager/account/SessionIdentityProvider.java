package org.cloister.manager.account;

import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.cloister.manager.right.Caller;
import org.cloister.manager.right.Standing;

/** Knows a browser by its session. One that is unknown or over is nobody, so that its page leads to the sign-in. */
@ApplicationScoped
class SessionIdentityProvider implements IdentityProvider<SessionRequest> {

    @Inject
    SignIn signIn;

    @Override
    public Class<SessionRequest> getRequestType() {
        return SessionRequest.class;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(SessionRequest request, AuthenticationRequestContext context) {
        return context.runBlocking(() -> signIn.signed(request.token())
                .map(signed -> identity(
                        signed.caller(), () -> signIn.signed(request.token()).map(SignIn.Signed::caller)))
                .orElseGet(() ->
                        QuarkusSecurityIdentity.builder().setAnonymous(true).build()));
    }

    static SecurityIdentity identity(Caller caller, Standing standing) {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal(caller.account()))
                .addRole(caller.role().word())
                .addAttribute(Caller.ATTRIBUTE, caller)
                .addAttribute(Standing.ATTRIBUTE, standing)
                .build();
    }
}
