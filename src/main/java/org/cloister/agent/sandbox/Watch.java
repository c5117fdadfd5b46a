package org.cloister.agent.sandbox;

import java.io.IOException;
import java.util.List;

/**
 * Looks at every running tenant once a second, for what nobody would see who asks only now and then. A look that fails
 * is told and does not keep the others from theirs.
 */
public final class Watch {

    private static final System.Logger LOG = System.getLogger(Watch.class.getName());

    private static final long PERIOD_MILLIS = 1000;

    private final Tenants tenants;
    private final Instruments instruments;

    Watch(Tenants tenants, Instruments instruments) {
        this.tenants = tenants;
        this.instruments = instruments;
    }

    /** Looks until the thread is interrupted. */
    public void run() {
        while (true) {
            try {
                Thread.sleep(PERIOD_MILLIS);
                List<Ledger.Entry> running = tenants.running();
                for (Ledger.Entry entry : running) once(entry);
                instruments.spread(running);
            } catch (InterruptedException e) {
                return;
            } catch (IOException | RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "the tenants could not be looked at: {0}", e.getMessage());
            }
        }
    }

    private void once(Ledger.Entry entry) {
        try {
            instruments.look(entry);
        } catch (IOException | RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} could not be looked at: {1}",
                    entry.spec().name(),
                    e.getMessage());
        }
    }
}
