package org.cloister.agent.neighbour;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.cloister.protocol.Limits;

/**
 * The document of one test, as it is kept and downloaded.
 *
 * @param seconds that each phase lasted
 * @param everyMillis so often each operation was due; {@code commandEveryMillis} at least from one command to the next
 */
record Report(
        String schema,
        UUID id,
        String instance,
        Instant startedAt,
        Instant finishedAt,
        Host host,
        Tenant victim,
        Tenant attacker,
        int seconds,
        int everyMillis,
        int commandEveryMillis,
        List<Pulse.Operation> operations,
        List<Exhaustion> exhaustions,
        List<Phase> phases,
        String claims,
        String notClaimed) {

    static final String SCHEMA = "cloister-neighbour/1";

    static final String CLAIMS =
            "What the operations named here took in the victim on this machine at this time, alone and while the attacker,"
                    + " with the limits named here, did what the exhaustions say; and which limits acted meanwhile.";

    static final String NOT_CLAIMED = "It is a measurement of one run: what else ran on the machine is in it as well."
            + " Another machine, another plan or several attackers at once give other figures.";

    record Host(String hostname, String kernel, String bootId, int cores) {}

    /** @param profile "strict" or "nesting" */
    record Tenant(UUID id, String name, int slot, String profile, Limits limits) {}

    /**
     * @param name of an exhaustion; "all" for all of them together; "alone-before" and "alone-after" for none
     * @param operations empty where it was not tried
     * @param acted limits that acted meanwhile, the attacker's and the victim's own
     * @param attacks what the attacker got; empty where it could not tell
     * @param note why it was not tried, or what else is to be known; absent where there is nothing
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Phase(
            String name,
            Instant startedAt,
            List<Beat> operations,
            List<Acted> acted,
            List<Tally> attacks,
            String note) {}

    /**
     * A limit that acted.
     *
     * @param limit as the API calls it
     * @param before how often since the tenant's launch, when the phase began, and {@code after} when it ended
     */
    record Acted(String tenant, String limit, long before, long after) {}
}
