package org.cloister.manager.tenant;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Inspection;
import org.cloister.protocol.Reply;
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

    private static final long FRESH_NANOS = 10_000_000_000L;

    /** @param whole every tenant that runs was asked and answered */
    private record Others(long nanos, Map<UUID, Map<String, Long>> namespaces, boolean whole) {}

    @Inject
    AgentClient agent;

    private volatile Others last;

    /** @param inspection null when the tenant does not run */
    List<TenantPage.Wall> of(Tenant tenant, Inspection inspection) {
        List<TenantPage.Wall> walls = new ArrayList<>();
        Map<String, Map<Long, String>> owners = inspection == null ? Map.of() : owners(tenant);
        for (int side = 0; side < KINDS.size(); side++) {
            String kind = KINDS.get(side);
            Long inode = inspection == null ? null : inspection.namespaces().get(kind);
            if (inode == null) {
                String word = inspection == null ? "not built now" : "not told";
                walls.add(new TenantPage.Wall(kind, null, word, "later", "quiet", SIDES.get(side)));
                continue;
            }
            String owner = owners.getOrDefault(kind, Map.of()).get(inode);
            if (owner == null && !others().whole()) {
                walls.add(new TenantPage.Wall(kind, inode, "not compared with all", "later", "quiet", SIDES.get(side)));
                continue;
            }
            walls.add(
                    owner == null
                            ? new TenantPage.Wall(kind, inode, "shared with nobody", "check", "fine", SIDES.get(side))
                            : new TenantPage.Wall(
                                    kind, inode, "shared with " + owner, "failed", "danger", SIDES.get(side)));
        }
        return walls;
    }

    static String sentence(List<TenantPage.Wall> walls) {
        long shared =
                walls.stream().filter(wall -> wall.tone().equals("danger")).count();
        long standing =
                walls.stream().filter(wall -> wall.tone().equals("fine")).count();
        if (shared > 0) return shared + " of its " + walls.size() + " namespaces are shared. Run an audit.";
        if (standing == 0 && walls.stream().anyMatch(wall -> wall.inode() != null))
            return "Some tenants did not answer, so its namespaces could not be compared with theirs.";
        if (standing == 0) return "Its namespaces are made anew when it starts.";
        return standing + " namespaces of its own, shared with nobody.";
    }

    /** Kind to inode to whose it is, without the tenant itself. */
    private Map<String, Map<Long, String>> owners(Tenant tenant) {
        Map<String, Map<Long, String>> owners = new TreeMap<>();
        for (Tenant other : Tenant.all()) {
            if (other.id.equals(tenant.id)) continue;
            others().namespaces()
                    .getOrDefault(other.id, Map.of())
                    .forEach((kind, inode) -> owners.computeIfAbsent(kind, absent -> new HashMap<>())
                            .put(inode, other.name));
        }
        for (String kind : KINDS) {
            Long inode = ofHost(kind);
            if (inode != null)
                owners.computeIfAbsent(kind, absent -> new HashMap<>()).put(inode, "the host");
        }
        return owners;
    }

    private Others others() {
        Others seen = last;
        if (seen != null && System.nanoTime() - seen.nanos() < FRESH_NANOS) return seen;
        Map<UUID, Map<String, Long>> namespaces = new HashMap<>();
        boolean whole = true;
        for (Tenant tenant : Tenant.all()) {
            try {
                namespaces.put(
                        tenant.id,
                        agent.ask(new Request.Inspect(tenant.id)).inspection().namespaces());
            } catch (AgentException e) {
                // Only one that does not run shares nothing; of any other nothing is known.
                whole &= e.reason() == Reply.Reason.CONFLICT || e.reason() == Reply.Reason.UNKNOWN;
            }
        }
        last = new Others(System.nanoTime(), namespaces, whole);
        return last;
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
