package org.cloister.manager.audit;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import org.cloister.manager.plan.Plan;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.tenant.Tenant;
import org.cloister.manager.tenant.Tenants;
import org.jboss.logging.Logger;

/**
 * What a plan has done with a tenant that an audit found not isolated: reached another or the machine, or was named by a
 * fact. Once for each report; thawing is the admin's, and what a later report says is answered anew.
 */
@ApplicationScoped
class AuditAnswer {

    private static final Logger LOG = Logger.getLogger(AuditAnswer.class);

    @Inject
    AuditStanding standing;

    @Inject
    Tenants tenants;

    /** A manager that was killed between the report and its answer gives it at its next start. */
    void resume(@Observes StartupEvent start) {
        give();
    }

    synchronized void give() {
        for (AuditStanding.Unanswered red : standing.unanswered()) {
            try {
                Tenant tenant = QuarkusTransaction.requiringNew().call(() -> Tenant.findById(red.tenant()));
                if (tenant != null && tenant.onFailedAudit == Plan.OnFailedAudit.FREEZE) freeze(tenant, red);
                standing.answered(red);
            } catch (RuntimeException e) { // the database went away: with the next report, or at the next start
                LOG.errorf(e, "no answer was given to the audit %s yet", red.report());
            }
        }
    }

    private void freeze(Tenant tenant, AuditStanding.Unanswered red) {
        try {
            tenants.freeze(
                    "cloister",
                    tenant.name,
                    tenant.name + " was frozen: an audit found that it is not isolated, and its plan says so.",
                    "/audits/" + red.report());
        } catch (Refusal refusal) { // it is stopped or being deleted: it reaches nobody any more
            LOG.infof("not frozen after an audit: %s", refusal.sentence());
        }
    }
}
