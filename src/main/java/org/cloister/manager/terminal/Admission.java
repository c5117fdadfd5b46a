package org.cloister.manager.terminal;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.cloister.manager.right.Caller;
import org.cloister.manager.right.Standing;
import org.cloister.manager.tenant.Tenant;

/**
 * Whether a socket becomes a terminal. Where the request comes from and what the table of rights says of it was asked
 * before, as for every request; here the tenant's own word counts, for an admin.
 */
@ApplicationScoped
class Admission implements HttpUpgradeCheck {

    static final String OVER = "You may no longer have a terminal here, so it was ended.";

    @Override
    public boolean appliesTo(String endpoint) {
        return true;
    }

    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext context) {
        return context.securityIdentity()
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .map(identity -> check(context, identity));
    }

    private static CheckResult check(HttpUpgradeContext context, SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        if (caller == null) return CheckResult.rejectUpgradeSync(401);
        Optional<Tenant> tenant = QuarkusTransaction.requiringNew().call(() -> Tenant.named(context.pathParam("name")));
        if (tenant.isEmpty()) return CheckResult.rejectUpgradeSync(404);
        if (!tenant.get().mayHaveTerminal(caller)) return CheckResult.rejectUpgradeSync(403);
        HttpServerRequest request = context.httpRequest();
        Standing standing = identity.getAttribute(Standing.ATTRIBUTE);
        context.userData()
                .put(
                        Opening.OF_CONNECTION,
                        new Opening(
                                tenant.get().id,
                                tenant.get().name,
                                caller,
                                standing,
                                request.remoteAddress().hostAddress(),
                                request.remoteAddress().port(),
                                size(request)));
        return CheckResult.permitUpgradeSync();
    }

    private static Word.Size size(HttpServerRequest request) {
        try {
            return new Word.Size(
                    Integer.parseInt(request.getParam("columns")), Integer.parseInt(request.getParam("rows")));
        } catch (NumberFormatException e) {
            return Word.Size.USUAL;
        }
    }
}
