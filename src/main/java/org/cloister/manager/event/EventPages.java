package org.cloister.manager.event;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The log, the newest first. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
class EventPages {

    private static final int PAGE = 50;

    @Inject
    EventChain chain;

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance list(EventListPage view);

        static native TemplateInstance list$live(EventListPage view);
    }

    @GET
    @Path("events")
    public TemplateInstance list(@QueryParam("tenant") String tenant, @QueryParam("before") Long before) {
        return Templates.list(page(tenant, before));
    }

    @GET
    @Path("live/events")
    public TemplateInstance live(@QueryParam("tenant") String tenant, @QueryParam("before") Long before) {
        return Templates.list$live(page(tenant, before));
    }

    private EventListPage page(String asked, Long before) {
        String tenant = asked == null || asked.isBlank() ? null : asked;
        List<Event> found = new ArrayList<>(newest(tenant, before));
        String query = tenant == null ? "?" : "?tenant=" + URLEncoder.encode(tenant, StandardCharsets.UTF_8) + "&";
        String older = null;
        if (found.size() > PAGE) {
            found.removeLast();
            older = "/events" + query + "before=" + found.getLast().id;
        }
        String here = before == null ? query : query + "before=" + before;
        return new EventListPage(tenant, found, "/live/events" + here.replaceAll("[?&]$", ""), older, chain.head());
    }

    /** One more than a page where there are more, the newest first. */
    private static List<Event> newest(String tenant, Long before) {
        long limit = before == null ? Long.MAX_VALUE : before;
        return tenant == null
                ? Event.<Event>find("id < ?1 order by id desc", limit)
                        .page(0, PAGE + 1)
                        .list()
                : Event.<Event>find("id < ?1 and tenant = ?2 order by id desc", limit, tenant)
                        .page(0, PAGE + 1)
                        .list();
    }
}
