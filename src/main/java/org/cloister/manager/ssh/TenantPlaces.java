package org.cloister.manager.ssh;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import org.cloister.manager.page.Words;
import org.cloister.manager.tenant.Sessions;
import org.cloister.manager.tenant.Tenant;
import org.cloister.protocol.Limit;

/** As many sessions as the tenant's limit says at this moment: one that is lowered ends none that are open. */
@ApplicationScoped
class TenantPlaces implements Places {

    private final Sessions sessions;

    TenantPlaces(Sessions sessions) {
        this.sessions = sessions;
    }

    @Override
    public String take(Login login) {
        long limit = QuarkusTransaction.requiringNew()
                .call(() -> Tenant.<Tenant>findByIdOptional(login.tenantId())
                        .map(tenant -> tenant.limits.of(Limit.SESSIONS))
                        .orElse(0L));
        return sessions.open(login.tenantId(), limit)
                ? null
                : login.tenant() + " may have " + Words.plural(limit, "session") + " at a time; close one first.";
    }

    @Override
    public void giveBack(Login login) {
        sessions.close(login.tenantId());
    }
}
