package org.cloister.agent.sandbox;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Looks at every running tenant once a second, for what nobody would see who asks only now and then. Where so many are busy
 * at once that it would take more than a part of the second, those that waited longest come first and the others next: a
 * thousand busy tenants are not to have the machine busy with looking. A look that fails is told and does not keep the
 * others from theirs.
 */
public final class Watch {

    private static final System.Logger LOG = System.getLogger(Watch.class.getName());

    private static final long PERIOD_MILLIS = 1000;

    /** Of each second, for looks. */
    private static final long LOOKING_NANOS = 250_000_000;

    /** @param ran since it was looked at last */
    private record Due(Ledger.Entry entry, boolean ran) {}

    private final Tenants tenants;
    private final Instruments instruments;

    /** Who waits for a look, longest first. */
    private final Map<UUID, Due> due = new LinkedHashMap<>();

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
                due.keySet()
                        .retainAll(
                                running.stream().map(entry -> entry.spec().id()).collect(Collectors.toSet()));
                for (Ledger.Entry entry : running) glance(entry);
                instruments.spread(running);
                look();
            } catch (InterruptedException e) {
                return;
            } catch (IOException | RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "the tenants could not be looked at: {0}", e.getMessage());
            }
        }
    }

    private void glance(Ledger.Entry entry) {
        try {
            boolean ran = instruments.glance(entry);
            if (ran || instruments.isTurnOf(entry))
                due.merge(
                        entry.spec().id(),
                        new Due(entry, ran),
                        (before, now) -> new Due(now.entry(), before.ran() || now.ran()));
        } catch (IOException | RuntimeException e) {
            tell(entry, e);
        }
    }

    private void look() {
        long end = System.nanoTime() + LOOKING_NANOS;
        for (Iterator<Due> each = due.values().iterator(); each.hasNext() && System.nanoTime() < end; ) {
            Due next = each.next();
            each.remove();
            try {
                instruments.look(next.entry(), next.ran());
            } catch (IOException | RuntimeException e) {
                tell(next.entry(), e);
            }
        }
    }

    private static void tell(Ledger.Entry entry, Exception e) {
        LOG.log(
                System.Logger.Level.WARNING,
                "{0} could not be looked at: {1}",
                entry.spec().name(),
                e.getMessage());
    }
}
