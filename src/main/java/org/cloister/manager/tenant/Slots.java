package org.cloister.manager.tenant;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloister.manager.problem.Refusal;
import org.cloister.protocol.Slot;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Gives out the slots of this instance, each to one tenant. */
@ApplicationScoped
class Slots {

    /** Any number that no other advisory lock of this database uses: "slot" in ASCII. */
    private static final long LOCK = 0x736c_6f74L;

    @Inject
    EntityManager database;

    @ConfigProperty(name = "cloister.slots")
    String range;

    /**
     * Holds back every other onboarding until this transaction ends, so that what it sees (a free slot, a free name)
     * stays true until it has stored its tenant. The constraints of the table would refuse the loser anyway, but with
     * an error where a sentence is due.
     */
    void lock() {
        database.createNativeQuery("select 1 from pg_advisory_xact_lock(:lock)", Integer.class)
                .setParameter("lock", LOCK)
                .getSingleResult();
    }

    /**
     * The lowest free slot. Call {@link #lock()} first.
     *
     * @throws Refusal all are taken
     */
    Slot free() {
        Matcher bounds = Pattern.compile("(\\d{1,4})-(\\d{1,4})").matcher(range);
        if (!bounds.matches())
            throw new IllegalStateException("CLOISTER_SLOTS is \"" + range + "\"; it must be like 1-2047");
        List<Integer> free = database.createNativeQuery(
                        "select n from generate_series(cast(:first as int), cast(:last as int)) n"
                                + " where not exists (select 1 from tenant where slot = n) order by n limit 1",
                        Integer.class)
                .setParameter("first", Integer.valueOf(bounds.group(1)))
                .setParameter("last", Integer.valueOf(bounds.group(2)))
                .getResultList();
        if (free.isEmpty())
            throw Refusal.full("All places of this instance are taken (slots " + range + "). Delete a tenant first.");
        return new Slot(free.getFirst());
    }
}
