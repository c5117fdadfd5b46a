package org.cloister.agent.sandbox;

import java.io.IOException;
import java.util.List;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;

/**
 * Looks at every running tenant once a second, for what nobody would see who asks only now and then. A look that fails
 * is told and does not keep the others from theirs.
 */
public final class Watch {

    private static final System.Logger LOG = System.getLogger(Watch.class.getName());

    private static final long PERIOD_MILLIS = 1000;

    /** Something that is kept up to date about a running tenant. */
    @FunctionalInterface
    public interface Look {
        void at(TenantSpec spec, Slot slot) throws IOException;
    }

    /** Something that is done for all of them together, after each was looked at. */
    @FunctionalInterface
    interface Round {
        void over(List<TenantSpec> running) throws IOException;
    }

    private final Tenants tenants;
    private final List<Look> looks;
    private final List<Round> rounds;

    Watch(Tenants tenants, List<Look> looks, List<Round> rounds) {
        this.tenants = tenants;
        this.looks = looks;
        this.rounds = rounds;
    }

    /** Looks until the thread is interrupted. */
    public void run() {
        while (true) {
            try {
                Thread.sleep(PERIOD_MILLIS);
                List<TenantSpec> running = tenants.running();
                for (TenantSpec spec : running) once(spec);
                for (Round round : rounds) round.over(running);
            } catch (InterruptedException e) {
                return;
            } catch (IOException | RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "the tenants could not be looked at: {0}", e.getMessage());
            }
        }
    }

    private void once(TenantSpec spec) {
        Slot slot = new Slot(spec.slot());
        for (Look look : looks) {
            try {
                look.at(spec, slot);
            } catch (IOException | RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "{0} could not be looked at: {1}", spec.name(), e.getMessage());
            }
        }
    }
}
