package org.cloister.manager.event;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.List;
import org.cloister.manager.problem.Page;

@Path("/api/v1/events")
@Produces(MediaType.APPLICATION_JSON)
class EventResource {

    record EventView(long id, Instant at, String actor, String kind, String tenant, String sentence, String link) {

        static EventView of(Event event) {
            return new EventView(event.id, event.at, event.actor, event.kind, event.tenant, event.sentence, event.link);
        }
    }

    @Inject
    EventChain chain;

    /** Whether every event is still what it was sealed as; all of them are read for it. */
    @GET
    @Path("chain")
    public EventChain.State chain() {
        return chain.check();
    }

    /** In the order of the log. Without after=, the last page: what a reader who follows the log begins with. */
    @GET
    public Response list(
            @QueryParam("tenant") String tenant,
            @QueryParam("after") String seen,
            @QueryParam("limit") String wished,
            @Context UriInfo uri) {
        int limit = Page.limit(wished);
        Long after = Page.after(seen);
        List<EventView> page = Event.page(tenant, after, after == null ? limit : limit + 1).stream()
                .map(EventView::of)
                .toList();
        return Page.of(page, limit, EventView::id, uri);
    }
}
