package org.cloister.manager.tenant;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.cloister.manager.problem.Refusal;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Inspection;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;
import org.cloister.protocol.Request;
import org.cloister.protocol.Usage;

/** What the host sees of one tenant now: read from the kernel by the agent at each call. */
@ApplicationScoped
public class Observations {

    @Inject
    AgentClient agent;

    @Inject
    Tenants tenants;

    @Inject
    Sessions sessions;

    /**
     * One measure beside its limit, in the unit of its name.
     *
     * @param limit 0 of a rate is no limit
     */
    public record Measure(long used, long limit, Hits hits) {}

    /**
     * How often a limit acted since the launch (of sessions: since the manager's start).
     *
     * @param lastAt null where it never did or nobody saw when
     * @param processes command names that used most of it then, the first most
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Hits(long count, Instant lastAt, List<String> processes) {}

    /**
     * CPU time.
     *
     * @param used microseconds since the launch
     * @param limit percent of one core
     * @param weight where a core is fought for
     * @param waited microseconds in which its threads waited for their quota
     */
    public record Cpu(long used, long limit, long weight, long waited, Hits hits) {}

    /** What was counted since the launch, beside what a second may bring. */
    public record Io(Measure readBytes, Measure writeBytes, Measure readOps, Measure writeOps) {}

    /**
     * As {@link Io}; connections are those of now.
     *
     * @param refused packets to neighbours, the machine, private ranges and the like, which went nowhere
     * @param spoofed packets from an address that is not the tenant's, likewise
     */
    public record Network(Measure received, Measure sent, Measure connections, long refused, long spoofed) {}

    public record UsageView(
            Cpu cpu,
            Measure memory,
            Measure swap,
            Measure pids,
            Measure disk,
            Io io,
            Network network,
            Measure terminals,
            Measure sessions) {}

    /** The namespaces by kind, and what else tells a tenant's place on the host. @param mounts what its pid 1 sees mounted */
    public record NamespacesView(
            int initPid,
            long user,
            long pid,
            long mnt,
            long net,
            long ipc,
            long uts,
            long cgroup,
            long time,
            List<String> uidMap,
            List<String> gidMap,
            List<String> cgroupPaths,
            List<Inspection.Mount> mounts) {}

    public UsageView usage(String name) {
        Tenant tenant = tenants.get(name);
        try {
            return view(tenant.limits, measure(tenant.id));
        } catch (AgentException e) {
            throw Refusal.of(e);
        }
    }

    Measured measure(UUID tenant) throws AgentException {
        Usage usage = agent.ask(new Request.Measure(tenant)).usage();
        return new Measured(System.nanoTime(), usage, sessions.count(tenant), sessions.hit(tenant));
    }

    private static UsageView view(Limits limits, Measured now) {
        Function<Limit, Measure> of = limit -> new Measure(now.used(limit), limits.of(limit), hits(now.hit(limit)));
        return new UsageView(
                new Cpu(
                        now.used(Limit.CPU),
                        limits.of(Limit.CPU),
                        limits.of(Limit.CPU_WEIGHT),
                        now.usage().cpuThrottledMicros(),
                        hits(now.hit(Limit.CPU))),
                of.apply(Limit.MEMORY),
                of.apply(Limit.SWAP),
                of.apply(Limit.PROCESSES),
                of.apply(Limit.DISK),
                new Io(
                        of.apply(Limit.IO_READ),
                        of.apply(Limit.IO_WRITE),
                        of.apply(Limit.IO_READS),
                        of.apply(Limit.IO_WRITES)),
                new Network(
                        of.apply(Limit.RECEIVE),
                        of.apply(Limit.SEND),
                        of.apply(Limit.CONNECTIONS),
                        now.usage().refusedPackets(),
                        now.usage().spoofedPackets()),
                of.apply(Limit.TERMINALS),
                of.apply(Limit.SESSIONS));
    }

    private static Hits hits(Usage.Hit hit) {
        return new Hits(hit.count(), hit.lastAt(), hit.processes());
    }

    /** @throws Refusal the tenant does not run */
    public Inspection inspect(String name) {
        Tenant tenant = tenants.get(name);
        try {
            return agent.ask(new Request.Inspect(tenant.id)).inspection();
        } catch (AgentException e) {
            throw Refusal.of(e);
        }
    }

    public NamespacesView namespaces(String name) {
        Inspection seen = inspect(name);
        Map<String, Long> inodes = seen.namespaces();
        return new NamespacesView(
                seen.initPid(),
                inodes.getOrDefault("user", 0L),
                inodes.getOrDefault("pid", 0L),
                inodes.getOrDefault("mnt", 0L),
                inodes.getOrDefault("net", 0L),
                inodes.getOrDefault("ipc", 0L),
                inodes.getOrDefault("uts", 0L),
                inodes.getOrDefault("cgroup", 0L),
                inodes.getOrDefault("time", 0L),
                seen.uidMap(),
                seen.gidMap(),
                seen.cgroupPaths(),
                seen.mounts());
    }
}
