package org.cloister.manager.event;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Instant;
import java.util.List;
import org.cloister.manager.problem.Page;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.right.Streams;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

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

    @Inject
    EventStream stream;

    @Inject
    Streams streams;

    /** Whether every event is still what it was sealed as; all of them are read for it. */
    @GET
    @Path("chain")
    public EventChain.State chain() {
        return chain.check();
    }

    /**
     * Server-sent events: every line of the log from now on, its id the number of its seal; with Last-Event-ID from that
     * one on.
     */
    @GET
    @Path("stream")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Blocking
    public Multi<OutboundSseEvent> stream(
            @QueryParam("tenant") String tenant, @HeaderParam("Last-Event-ID") String seen, @Context Sse sse) {
        if (seen != null && !seen.matches("[0-9]{1,18}"))
            throw Refusal.invalid("Last-Event-ID", "Last-Event-ID is the id of the last event that was seen.");
        return streams.whileKnown(stream.follow(tenant, seen == null ? null : Long.valueOf(seen)))
                .map(told -> {
                    OutboundSseEvent.Builder event = sse.newEventBuilder().id(Long.toString(told.sequence()));
                    return told.event() == null
                            ? event.comment("").build()
                            : event.mediaType(MediaType.APPLICATION_JSON_TYPE)
                                    .data(told.event())
                                    .build();
                });
    }

    /** In the order of the log. Without after=, the last page: what a reader who follows the log begins with. */
    @GET
    @APIResponseSchema(EventView[].class)
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
