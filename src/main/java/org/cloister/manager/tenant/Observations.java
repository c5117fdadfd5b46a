package org.cloister.manager.tenant;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.cloister.manager.problem.Refusal;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Inspection;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Request;
import org.cloister.protocol.Usage;

/** What the host sees of one tenant now: read from the kernel by the agent at each call. */
@ApplicationScoped
public class Observations {

    @Inject
    AgentClient agent;

    @Inject
    Tenants tenants;

    /**
     * One measure beside its limit.
     *
     * @param hits how often the limit acted since the launch (CPU: microseconds of waiting); null where unknown
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Gauge(long used, long limit, Long hits) {}

    /**
     * @param cpu used: microseconds of CPU time since the launch; limit: percent of one core; hits: microseconds waited
     * @param memory bytes; hits: processes killed for want of memory
     * @param pids hits: forks refused
     * @param disk bytes
     */
    public record UsageView(Gauge cpu, Gauge memory, Gauge pids, Gauge disk) {}

    /** The namespaces by kind, and what else tells a tenant's place on the host. */
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
            List<String> cgroupPaths) {}

    public UsageView usage(String name) {
        Tenant tenant = tenants.get(name);
        try {
            Usage usage = agent.ask(new Request.Measure(tenant.id)).usage();
            return new UsageView(
                    new Gauge(usage.cpuMicros(), tenant.limits.of(Limit.CPU), usage.cpuThrottledMicros()),
                    new Gauge(usage.memoryBytes(), tenant.limits.of(Limit.MEMORY), usage.hits(Limit.MEMORY)),
                    new Gauge(usage.pids(), tenant.limits.of(Limit.PROCESSES), usage.hits(Limit.PROCESSES)),
                    new Gauge(usage.diskBytes(), tenant.limits.of(Limit.DISK), null));
        } catch (AgentException e) {
            throw Refusal.of(e);
        }
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
                seen.cgroupPaths());
    }
}
