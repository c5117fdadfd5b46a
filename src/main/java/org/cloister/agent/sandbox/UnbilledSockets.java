package org.cloister.agent.sandbox;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.cloister.agent.cgroup.Cgroups;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.linux.SyscallException;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;

/**
 * Bounds the sockets whose buffers the kernel bills to nobody: those of netlink and ping (seen on Linux 6.18: 38,000
 * netlink sockets held 3 GB of the machine, of which a tenant's memory showed 84 MB). No limit of the kernel's counts
 * them, so the agent does, once a second. Honest programs have one or two; a tenant that has more than {@link #MOST}
 * loses the processes with the most descriptors, until it fits.
 */
final class UnbilledSockets {

    static final int MOST = 256;

    private static final System.Logger LOG = System.getLogger(UnbilledSockets.class.getName());

    private static final Set<String> PROTOCOLS = Set.of("NETLINK", "PING", "PINGv6");

    private final Cgroups cgroups;

    UnbilledSockets(Cgroups cgroups) {
        this.cgroups = cgroups;
    }

    private record Holder(int pid, int descriptors) {}

    /** @param initPid pid 1 of the tenant, as the host counts: its network namespace is the tenant's */
    void bound(TenantSpec spec, Slot slot, int initPid) throws IOException {
        long excess = count(ProcFiles.read(initPid, "net/protocols").orElse("")) - MOST;
        if (excess <= 0) return;
        int ended = 0;
        for (Holder holder : holders(slot, initPid)) {
            if (excess <= 0) break;
            if (!end(holder.pid(), slot)) continue;
            excess -= holder.descriptors();
            ended++;
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "{0} had more than {1} netlink and ping sockets, whose memory nothing limits; "
                        + "processes ended: {2}",
                spec.name(),
                MOST,
                ended);
    }

    /** @param protocols the text of /proc/PID/net/protocols: a protocol a line, its sockets in the third column */
    static long count(String protocols) {
        return protocols
                .lines()
                .filter(line ->
                        line.startsWith("NETLINK") || line.startsWith("PING")) // of some thirty, for each tenant
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length > 2 && PROTOCOLS.contains(words[0]) && words[2].matches("\\d{1,18}"))
                .mapToLong(words -> Long.parseLong(words[2]))
                .sum();
    }

    /** The most descriptors first. The size of a process's table of them is told without a walk through it. */
    private List<Holder> holders(Slot slot, int initPid) throws IOException {
        List<Holder> holders = new ArrayList<>();
        for (int pid : cgroups.processes(slot.cgroup())) {
            if (pid == initPid) continue;
            ProcFiles.read(pid, "status").ifPresent(status -> holders.add(new Holder(pid, descriptors(status))));
        }
        holders.sort(Comparator.comparingInt(Holder::descriptors).reversed());
        return holders;
    }

    /** @param status the text of /proc/PID/status */
    static int descriptors(String status) {
        return status.lines()
                .filter(line -> line.startsWith("FDSize:"))
                .mapToInt(line ->
                        Integer.parseInt(line.substring("FDSize:".length()).strip()))
                .findFirst()
                .orElse(0);
    }

    /** Ends a process of the tenant's, and no other that has its number by now. */
    private static boolean end(int pid, Slot slot) throws IOException {
        try (Fd process = Linux.pidfdOpen(pid)) {
            if (ProcFiles.lines(pid, "cgroup").stream()
                    .noneMatch(line -> line.contains("/" + slot.cgroup() + "/payload"))) return false;
            Linux.pidfdSendSignal(process, Linux.SIGKILL);
            return true;
        } catch (SyscallException e) {
            return false; // it has ended
        }
    }
}
