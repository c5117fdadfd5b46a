package org.cloister.manager.tenant;

import java.util.Locale;
import org.cloister.manager.problem.Refusal;
import org.cloister.protocol.TenantSpec.Desired;

/** The moves between a tenant's states, all of them. A move that is made already is made again and changes nothing. */
public enum Action {
    START("started") {
        @Override
        void move(Tenant tenant) {
            if (tenant.desired == Desired.FROZEN) throw illegal(tenant, "is frozen. Thaw it to go on");
            tenant.desired = Desired.RUNNING;
            if (tenant.state != Tenant.State.RUNNING) tenant.state = Tenant.State.STARTING;
        }
    },
    STOP("stopped") {
        @Override
        void move(Tenant tenant) {
            tenant.desired = Desired.STOPPED;
            if (tenant.state != Tenant.State.STOPPED) tenant.state = Tenant.State.STOPPING;
        }
    },
    RESTART("restarted") {
        @Override
        void move(Tenant tenant) {
            if (tenant.desired == Desired.FROZEN) throw illegal(tenant, "is frozen. Thaw it first");
            if (tenant.desired == Desired.STOPPED) throw illegal(tenant, "is stopped. Start it instead");
            tenant.generation++;
            tenant.state = Tenant.State.STARTING;
        }
    },
    FREEZE("frozen") {
        @Override
        void move(Tenant tenant) {
            if (tenant.desired == Desired.STOPPED)
                throw illegal(tenant, "is stopped. Only a running tenant can be frozen");
            tenant.desired = Desired.FROZEN;
        }
    },
    THAW("thawed") {
        @Override
        void move(Tenant tenant) {
            if (tenant.desired == Desired.STOPPED) throw illegal(tenant, "is stopped. Start it instead");
            tenant.desired = Desired.RUNNING;
        }
    };

    private final String done;

    Action(String done) {
        this.done = done;
    }

    /**
     * Sets what the tenant should be from now on.
     *
     * @throws Refusal the tenant's state forbids it; the sentence names both
     */
    abstract void move(Tenant tenant);

    /** The word in the API: "start". */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The word in the event log: "started". */
    String done() {
        return done;
    }

    static Refusal illegal(Tenant tenant, String sentence) {
        return Refusal.conflict(null, tenant.name + " " + sentence + ".");
    }
}
