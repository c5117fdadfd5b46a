package org.cloister.manager.process;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import org.cloister.manager.page.Words;
import org.cloister.manager.session.OpenConnection;
import org.cloister.manager.tenant.Sessions;
import org.cloister.manager.tenant.Tenant;
import org.cloister.protocol.Limit;

/** As many sessions as the tenant's limit says at this moment: one that is lowered ends none that are open. */
@ApplicationScoped
public class TenantPlaces implements Places {

    private final Sessions sessions;

    TenantPlaces(Sessions sessions) {
        this.sessions = sessions;
    }

    @Override
    public String take(OpenConnection.Who who) {
        long limit = QuarkusTransaction.requiringNew()
                .call(() -> Tenant.<Tenant>findByIdOptional(who.tenantId())
                        .map(tenant -> tenant.limits.of(Limit.SESSIONS))
                        .orElse(0L));
        return sessions.open(who.tenantId(), limit)
                ? null
                : who.tenant() + " may have " + Words.plural(limit, "session") + " at a time; close one first.";
    }

    @Override
    public void giveBack(OpenConnection.Who who) {
        sessions.close(who.tenantId());
    }
}
