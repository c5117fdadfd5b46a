package org.cloister.agent.fact;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.cloister.agent.sandbox.MountLine;
import org.cloister.agent.sandbox.MountTable;
import org.cloister.agent.sandbox.Tenants;
import org.cloister.agent.sandbox.Tenants.Living;
import org.cloister.protocol.TenantSpec;

/** proc_pid_mountinfo(5): every file system that a tenant sees, its masks among them. */
final class MountsFact implements Fact {

    private final Tenants tenants;

    MountsFact(Tenants tenants) {
        this.tenants = tenants;
    }

    @Override
    public String name() {
        return "mounts";
    }

    @Override
    public String says() {
        return "A tenant sees its own file systems alone, every mask over what is the machine's is in its place, and no"
                + " mount is passed on to or from anybody.";
    }

    @Override
    public long look(Moment moment, Findings findings) throws IOException {
        long looked = 0;
        Function<TenantSpec, List<MountTable.Line>> expected = tenants.mounts();
        Map<String, String> devices = new HashMap<>(); // of file systems that must be one tenant's alone
        for (Living tenant : moment.tenants()) {
            String name = tenant.spec().name();
            List<MountLine> found = moment.mounts(tenant.pid());
            if (found.isEmpty()) continue;
            looked += found.size();
            compare(name, expected.apply(tenant.spec()), found, findings);
            for (MountLine line : found) {
                if (!line.propagation().isEmpty())
                    findings.add(name, "propagation of " + line.at(), "private", line.propagation());
                if (List.of("btrfs", "cgroup2").contains(line.type())) continue; // one for all; their root is compared
                String owner = devices.putIfAbsent(line.device(), name);
                if (owner != null && !owner.equals(name))
                    findings.add(name, "file system at " + line.at(), "its own", owner + "'s as well");
            }
        }
        return looked;
    }

    /** Both in the order in which they were mounted, but what is mounted twice at a place must be so in both. */
    private static void compare(
            String tenant, List<MountTable.Line> expected, List<MountLine> found, Findings findings) {
        List<MountLine> left = new ArrayList<>(found);
        for (MountTable.Line line : expected) {
            MountLine match = left.stream()
                    .filter(mount -> mount.at().equals(line.at()))
                    .findFirst()
                    .orElse(null);
            if (match == null) {
                findings.add(tenant, "mount at " + line.at(), words(line), "none");
                continue;
            }
            left.remove(match);
            boolean same = match.type().equals(line.type())
                    && match.attributes() == line.attributes()
                    && (line.type().equals("cgroup2")
                            ? match.root().endsWith(line.root())
                            : match.root().equals(line.root()));
            if (!same) findings.add(tenant, "mount at " + line.at(), words(line), match.words());
        }
        for (MountLine more : left) findings.add(tenant, "mount at " + more.at(), "none", more.words());
    }

    private static String words(MountTable.Line line) {
        return line.type() + " " + line.root() + " " + MountLine.words(line.attributes());
    }
}
