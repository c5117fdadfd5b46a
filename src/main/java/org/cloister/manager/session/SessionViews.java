package org.cloister.manager.session;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.cloister.manager.problem.Page;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.tenant.SshKey;

/** Open sessions with the comments of their keys, which the database has. */
@ApplicationScoped
public class SessionViews {

    @Inject
    OpenSessions open;

    private record Owned(UUID tenant, String fingerprint) {}

    /** Everyone's, in the order in which they were opened. */
    public List<SessionView> all() {
        return views(open.lines(null));
    }

    /** Those of one tenant. */
    public List<SessionView> of(UUID tenant) {
        return views(open.lines(tenant));
    }

    private static List<SessionView> views(List<Line> lines) {
        Set<UUID> tenants = lines.stream().map(line -> line.who().tenantId()).collect(Collectors.toSet());
        if (tenants.isEmpty()) return List.of();
        Map<Owned, String> comments = SshKey.<SshKey>stream("tenantId in ?1 and comment <> ''", tenants)
                .collect(Collectors.toMap(key -> new Owned(key.tenantId, key.fingerprint), key -> key.comment));
        return lines.stream()
                .map(line -> SessionView.of(
                        line,
                        comments.get(new Owned(line.who().tenantId(), line.who().fingerprint()))))
                .toList();
    }

    /** @param after the id of the last one that was seen; null for the beginning */
    static Response page(List<SessionView> all, String after, String wished, UriInfo uri) {
        int limit = Page.limit(wished);
        String last = after == null ? "" : id(after).toString();
        List<SessionView> page = all.stream()
                .filter(view -> view.id().toString().compareTo(last) > 0)
                .limit(limit + 1L)
                .toList();
        return Page.of(page, limit, SessionView::id, uri);
    }

    private static UUID id(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Refusal.invalid("after", "after is the id of the last session that was seen.");
        }
    }
}
