package org.cloister.manager.tenant;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.MultiEmitter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.tenant.TenantListPages.Templates;
import org.jboss.logging.Logger;

/**
 * Tells whoever looks at a page of the list what changes on it: a row, the counts, the machine's figures, or all rows where
 * others belong on the page. What stays as it is is not said again. One thread looks for all.
 */
@ApplicationScoped
class RosterStream {

    private static final Logger LOG = Logger.getLogger(RosterStream.class);
    private static final int MOST_FOLLOWERS = 64;

    /** Whoever follows is asked anew after this who they are. */
    private static final Duration TURN = Duration.ofMinutes(1);

    /** Messages that a follower may be behind. */
    private static final int BEHIND = 500;

    @Inject
    Roster roster;

    private final Set<Follower> followers = ConcurrentHashMap.newKeySet();

    private static final class Follower {

        final TenantQuery query;
        final Roster.Viewer viewer;
        final MultiEmitter<? super String> emitter;
        final Map<UUID, String> rows = new HashMap<>();
        String set = "";
        String tally = "";
        String figures = "";

        Follower(TenantQuery query, Roster.Viewer viewer, MultiEmitter<? super String> emitter) {
            this.query = query;
            this.viewer = viewer;
            this.emitter = emitter;
        }

        void tell(TenantListPage page) {
            if (!page.set().equals(set)) {
                set = page.set();
                rows.clear();
                for (TenantListPage.Row row : page.rows())
                    rows.put(row.id(), Templates.row(row).render());
                emitter.emit(Templates.roster(page).render());
            } else {
                for (TenantListPage.Row row : page.rows()) {
                    String drawn = Templates.row(row).render();
                    if (!drawn.equals(rows.put(row.id(), drawn))) emitter.emit(drawn);
                }
            }
            tally = tell(tally, Templates.tally(page).render());
            figures = tell(figures, Templates.figures(page).render());
            emitter.emit(""); // both ends know of each other
        }

        private String tell(String before, String now) {
            if (!now.equals(before)) emitter.emit(now);
            return now;
        }
    }

    Multi<String> follow(TenantQuery query, Roster.Viewer viewer) {
        if (followers.size() >= MOST_FOLLOWERS)
            throw Refusal.later("Too many pages follow the tenants already; this one is drawn anew when it is loaded.");
        return Multi.createFrom()
                .<String>emitter(
                        emitter -> {
                            Follower follower = new Follower(query, viewer, emitter);
                            emitter.onTermination(() -> followers.remove(follower));
                            followers.add(follower);
                        },
                        BEHIND)
                .select()
                .first(TURN);
    }

    @Scheduled(every = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void look() {
        for (Follower follower : followers)
            try {
                TenantListPage before = page(follower);
                roster.refresh(before);
                follower.tell(page(follower));
            } catch (RuntimeException e) {
                LOG.warnf("a page of the list is not told what changes: %s", e.getMessage());
                follower.emitter.fail(e);
            }
    }

    private TenantListPage page(Follower follower) {
        return QuarkusTransaction.requiringNew().call(() -> roster.page(follower.query, follower.viewer));
    }
}
