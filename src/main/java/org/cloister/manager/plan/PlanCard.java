package org.cloister.manager.plan;

import java.util.List;
import org.cloister.manager.limit.Heading;
import org.cloister.manager.page.Fact;

/**
 * A plan as its card shows it, in words.
 *
 * @param nesting whether its tenants run with the weaker profile
 * @param recording whether their sessions on a terminal are recorded
 * @param freezing whether a tenant that an audit found not isolated is frozen
 * @param tenants how many have it
 * @param used whether any has it
 * @param filed whether a file defines it, which is then what holds
 * @param room how many more the machine has room for; empty where that is not known
 */
record PlanCard(
        String name,
        String summary,
        boolean nesting,
        boolean recording,
        boolean freezing,
        List<Heading.Group<Fact>> limits,
        String tenants,
        boolean used,
        boolean filed,
        String room) {}
