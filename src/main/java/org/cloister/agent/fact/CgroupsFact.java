package org.cloister.agent.fact;

import java.util.Map;
import org.cloister.agent.cgroup.Cgroups;
import org.cloister.agent.sandbox.Tenants.Living;
import org.cloister.protocol.Slot;

/** cgroups(7): what limits a tenant limits all of it. */
final class CgroupsFact implements Fact {

    private final Cgroups cgroups;

    CgroupsFact(Cgroups cgroups) {
        this.cgroups = cgroups;
    }

    @Override
    public String name() {
        return "cgroups";
    }

    @Override
    public String says() {
        return "Every process of a tenant is in the tenant's own cgroup, in each hierarchy that limits something.";
    }

    @Override
    public long look(Moment moment, Findings findings) {
        long looked = 0;
        for (Living tenant : moment.tenants()) {
            Map<String, String> paths = cgroups.paths(new Slot(tenant.spec().slot()).cgroup());
            for (Seen process : moment.touching(tenant)) {
                looked++;
                paths.forEach((controller, path) -> {
                    String found = process.cgroups().entrySet().stream()
                            .filter(each -> java.util.Arrays.asList(
                                            each.getKey().split(","))
                                    .contains(controller))
                            .map(Map.Entry::getValue)
                            .findFirst()
                            .orElse("none");
                    if (!(found + "/").startsWith(path + "/"))
                        findings.add(
                                tenant.spec().name(),
                                (controller.isEmpty() ? "" : controller + " ") + "cgroup of " + process.words(),
                                path,
                                found);
                });
            }
        }
        return looked;
    }
}
