package org.cloister.manager.tenant;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Inspection;
import org.cloister.protocol.Request;

/**
 * The eight namespaces of a tenant as the walls of its cell. "Shared with nobody" is said only of what was compared: the
 * inodes of this tenant with the host's (the manager's own, which runs in none but these) and every other tenant's.
 */
@ApplicationScoped
class Walls {

    private static final List<String> KINDS = List.of("user", "pid", "mnt", "net", "ipc", "uts", "cgroup", "time");

    /** The sides of an octagon, clockwise from the top, a little short of its corners. */
    private static final List<String> SIDES = List.of(
            "M96 18H172",
            "M189 25L243 79",
            "M250 96V172",
            "M243 189L189 243",
            "M172 250H96",
            "M79 243L25 189",
            "M18 172V96",
            "M25 79L79 25");

    private static final Duration FRESH = Duration.ofSeconds(10);

    /** Every tenant that ran at that time. @param namespaces of each, by kind */
    record Others(Instant at, Map<UUID, Map<String, Long>> namespaces) {}

    @Inject
    AgentClient agent;

    private volatile Others last;

    /**
     * @param stands whether it runs or is frozen
     * @param inspection null when it does not stand, or where that did not come in time
     * @param others null where they did not come in time
     */
    List<TenantPage.Wall> of(Tenant tenant, boolean stands, Inspection inspection, Others others) {
        // Numbers are given again: what was another's before this one was launched says nothing.
        boolean compared = inspection != null && others != null && others.at().isAfter(inspection.launchedAt());
        if (inspection != null && others != null && !compared) last = null;
        Map<UUID, Map<String, Long>> theirs = compared ? others.namespaces() : Map.of();
        List<TenantPage.Wall> walls = new ArrayList<>();
        for (int side = 0; side < KINDS.size(); side++) {
            String kind = KINDS.get(side);
            Long inode = inspection == null ? null : inspection.namespaces().get(kind);
            String owner = inode == null ? null : owner(tenant, kind, inode, theirs);
            if (inode == null)
                walls.add(quiet(kind, null, inspection != null || stands ? "not told" : "not built now", side));
            else if (owner != null)
                walls.add(
                        new TenantPage.Wall(kind, inode, "shared with " + owner, "failed", "danger", SIDES.get(side)));
            else if (!compared) walls.add(quiet(kind, inode, "not compared with all", side));
            else walls.add(new TenantPage.Wall(kind, inode, "shared with nobody", "check", "fine", SIDES.get(side)));
        }
        return walls;
    }

    private static TenantPage.Wall quiet(String kind, Long inode, String word, int side) {
        return new TenantPage.Wall(kind, inode, word, "later", "quiet", SIDES.get(side));
    }

    static String sentence(List<TenantPage.Wall> walls, boolean stands) {
        long shared =
                walls.stream().filter(wall -> wall.tone().equals("danger")).count();
        long standing =
                walls.stream().filter(wall -> wall.tone().equals("fine")).count();
        if (shared > 0) return shared + " of its " + walls.size() + " namespaces are shared. Run an audit.";
        if (standing == 0 && stands && walls.stream().allMatch(wall -> wall.inode() == null))
            return "Its namespaces are being read from the kernel.";
        if (standing == 0 && stands) return "Its namespaces could not be compared with other tenants' yet.";
        if (standing == 0) return "Its namespaces are made anew when it starts.";
        return standing + " namespaces of its own, shared with nobody.";
    }

    /** Whose namespace it is beside the tenant's; null for nobody's. */
    private static String owner(Tenant tenant, String kind, Long inode, Map<UUID, Map<String, Long>> others) {
        if (inode.equals(ofHost(kind))) return "the host";
        for (Map.Entry<UUID, Map<String, Long>> other : others.entrySet()) {
            if (other.getKey().equals(tenant.id)) continue;
            if (!inode.equals(other.getValue().get(kind))) continue;
            Tenant owner = Tenant.findById(other.getKey());
            return owner == null ? "a tenant that is gone" : owner.name;
        }
        return null;
    }

    /** The namespaces of every tenant that runs, a few seconds old at most. */
    Others others() throws AgentException {
        Others seen = last;
        Instant now = Instant.now();
        if (seen != null && seen.at().isAfter(now.minus(FRESH)) && !seen.at().isAfter(now)) return seen;
        Others asked = new Others(now, agent.ask(new Request.Namespaces()).tenants());
        last = asked;
        return asked;
    }

    /** "pid:[4026531836]" */
    private static Long ofHost(String kind) {
        try {
            String link = Files.readSymbolicLink(Path.of("/proc/self/ns", kind)).toString();
            return Long.valueOf(link.substring(link.indexOf('[') + 1, link.length() - 1));
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }
}
