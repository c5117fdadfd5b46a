package org.cloister.manager.tenant;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.protocol.AgentException;

/** The last look at what each tenant uses, kept so that a list of a thousand asks the agent for nothing. */
@ApplicationScoped
class Looks {

    private final Map<UUID, Measured> looks = new ConcurrentHashMap<>();

    @Inject
    Observations observations;

    /** Null where nobody has looked since it was launched. */
    Measured last(UUID tenant) {
        return looks.get(tenant);
    }

    void note(UUID tenant, Measured measured) {
        looks.put(tenant, measured);
    }

    /** Looks again unless somebody did so just now. A tenant that cannot be measured, having just ended, keeps what it had. */
    void refresh(UUID tenant, long freshNanos) {
        Measured look = looks.get(tenant);
        if (look != null && System.nanoTime() - look.nanos() < freshNanos) return;
        try {
            note(tenant, observations.measure(tenant));
        } catch (AgentException e) {
            // The frame says when the agent is away.
        }
    }

    void retain(Collection<UUID> standing) {
        looks.keySet().retainAll(standing);
    }
}
