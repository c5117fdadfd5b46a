package org.cloister.agent.posture;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;

/**
 * What the tenants of an instance may use together, running or not, if each goes to its limit.
 *
 * @param tenants how many
 * @param sum of each limit
 */
record Demand(int tenants, Map<Limit, Long> sum) {

    /** pid 1 of a tenant and what starts it lie beside the limit on its processes. */
    private static final long BESIDE = 16;

    /** What the machine's own programs are left of processes and of connections. */
    private static final long OWN = 4_096;

    private static final long OWN_FILES = 65_536;

    /** What an open file takes of its opener's memory limit at least: a struct file, in a slab that memcg counts. */
    private static final long FILE_BYTES = 256;

    static Demand of(Collection<Limits> limits) {
        Map<Limit, Long> sum = new EnumMap<>(Limit.class);
        for (Limit limit : Limit.values())
            sum.put(limit, limits.stream().mapToLong(each -> each.of(limit)).sum());
        return new Demand(limits.size(), sum);
    }

    /**
     * A number that the table of settings knows by name.
     *
     * @param reserved terminals that the kernel keeps for the machine itself (kernel.pty.reserve)
     */
    long named(String name, long reserved) {
        return switch (name) {
            case "processes" -> sum.get(Limit.PROCESSES) + BESIDE * tenants + OWN;
            case "terminals" -> sum.get(Limit.TERMINALS) + reserved + 1;
            case "connections" -> sum.get(Limit.CONNECTIONS) + OWN;
            case "files" -> sum.get(Limit.MEMORY) / FILE_BYTES + OWN_FILES;
            default -> throw new IllegalArgumentException("there is no number called " + name);
        };
    }
}
