package org.cloister.manager.record;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;

/** The chain, the newest first. */
@Path("/records")
@Produces(MediaType.TEXT_HTML)
@Blocking
class RecordPages {

    private static final int PAGE = 50;

    @Inject
    Records records;

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance list(RecordListPage view);
    }

    @GET
    public TemplateInstance list(@QueryParam("before") Long before) {
        List<ChainEntry> found = new ArrayList<>(ChainEntry.before(before == null ? Long.MAX_VALUE : before, PAGE + 1));
        String older = null;
        if (found.size() > PAGE) {
            found.removeLast();
            older = "/records?before=" + found.getLast().sequence;
        }
        return Templates.list(new RecordListPage(
                records.head().orElse(null),
                found.stream().map(RecordListPage.Row::of).toList(),
                older));
    }
}
