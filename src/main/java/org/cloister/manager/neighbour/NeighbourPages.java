package org.cloister.manager.neighbour;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.Stream;
import org.cloister.manager.operation.Operation;
import org.cloister.manager.operation.OperationView;
import org.cloister.manager.operation.Timelines;
import org.cloister.manager.page.Uploads;
import org.cloister.manager.page.Words;
import org.cloister.manager.plan.Plan;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.record.ChainEntry;
import org.cloister.manager.tenant.Tenant;
import org.jboss.resteasy.reactive.RestForm;

/** The tests, the form for another, and each one's figures. */
@Path("/neighbour-tests")
@Produces(MediaType.TEXT_HTML)
@Blocking
class NeighbourPages {

    /** No more are listed; the API has all. */
    private static final int MOST = 100;

    @Inject
    NeighbourTests tests;

    @Inject
    Timelines timelines;

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance list(NeighbourListPage view);

        static native TemplateInstance show(NeighbourPage view);
    }

    @GET
    public TemplateInstance list() {
        return Templates.list(page(null, null, null, Integer.toString(NeighbourTests.USUAL_SECONDS)));
    }

    @POST
    public Response run(
            @RestForm String victim, @RestForm String plan, @RestForm String seconds, @Context SecurityContext caller) {
        try {
            OperationView operation = tests.run(
                    caller.getUserPrincipal().getName(), new NeighbourTests.NewTest(victim, plan, number(seconds)));
            timelines.follow(operation.id());
            return Response.seeOther(URI.create("/operations/" + operation.id()))
                    .build();
        } catch (Refusal refusal) {
            return Response.status(refusal.kind() == Refusal.Kind.CONFLICT ? 409 : 422)
                    .entity(Templates.list(page(refusal.sentence(), victim, plan, Uploads.echo(seconds))))
                    .build();
        }
    }

    @GET
    @Path("{id}")
    public TemplateInstance show(@PathParam("id") UUID id) {
        return Templates.show(new NeighbourReading(id, tests.get(id).document).page());
    }

    private static Integer number(String seconds) {
        if (seconds == null || seconds.isBlank()) return null;
        if (!seconds.strip().matches("[0-9]{1,4}"))
            throw Refusal.invalid("seconds", "A phase lasts a number of seconds, such as 5.");
        return Integer.valueOf(seconds.strip());
    }

    private static NeighbourListPage page(String fault, String victim, String plan, String seconds) {
        Operation running = Operation.<Operation>find("kind = ?1 and not done order by startedAt", NeighbourTests.KIND)
                .firstResult();
        Stream<Tenant> victims = Tenant.<Tenant>list("state = ?1 order by name", Tenant.State.RUNNING).stream();
        return new NeighbourListPage(
                running == null ? null : running.id,
                fault,
                victims.map(each -> new NeighbourListPage.Choice(each.name, each.name.equals(victim)))
                        .toList(),
                Plan.all().stream()
                        .map(each -> new NeighbourListPage.Choice(each.name, each.name.equals(plan)))
                        .toList(),
                seconds,
                ChainEntry.latest(NeighbourTests.RECORD, null, MOST).stream()
                        .map(NeighbourPages::row)
                        .toList());
    }

    private static NeighbourListPage.Row row(ChainEntry entry) {
        NeighbourReading read = new NeighbourReading(entry.id, entry.document);
        Instant started = Instant.parse(read.text("/startedAt"));
        return new NeighbourListPage.Row(
                entry.id,
                started,
                read.text("/victim/name"),
                read.attacker(),
                read.seconds(),
                Words.took(Duration.between(started, Instant.parse(read.text("/finishedAt")))));
    }
}
