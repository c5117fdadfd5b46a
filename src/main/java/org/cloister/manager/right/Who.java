package org.cloister.manager.right;

import io.quarkus.arc.Unremovable;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;

/** Who asks for this page, and what the page may offer. */
@Named("who")
@ApplicationScoped
@Unremovable
public class Who {

    @Inject
    SecurityIdentity identity;

    /** Null for nobody. */
    public Caller caller() {
        return Caller.of(identity);
    }

    /** Empty for nobody. */
    public String getName() {
        Caller caller = caller();
        return caller == null ? "" : caller.account();
    }

    public String getRole() {
        Caller caller = caller();
        return caller == null ? "" : caller.role().word();
    }

    /** The tenant that the caller is bound to; null for whoever is not. */
    public String getTenant() {
        Caller caller = caller();
        return caller == null ? null : caller.tenant();
    }

    public boolean isTenant() {
        return getTenant() != null;
    }

    /** @param deed what follows a tenant's name in the path, such as "keys" */
    public boolean may(String method, String tenant, String deed) {
        return may(method, "/tenants/" + tenant + "/" + deed);
    }

    /** Whether a page offers it. Operations are not asked for here: whoever sees a link to one may follow it. */
    public boolean may(String method, String path) {
        Caller caller = caller();
        return caller != null && Rights.of(caller, method, path, (id, tenant) -> true) == Rights.Ruling.GRANTED;
    }
}
