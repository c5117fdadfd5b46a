package org.cloister.manager.neighbour;

import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.operation.OperationView;
import org.cloister.manager.operation.Operations;
import org.cloister.manager.operation.Preference;
import org.cloister.manager.problem.Page;
import org.cloister.manager.record.ChainEntry;
import org.eclipse.microprofile.openapi.annotations.extensions.Extension;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

@Path("/api/v1/neighbour-tests")
@Produces(MediaType.APPLICATION_JSON)
class NeighbourResource {

    @Inject
    NeighbourTests tests;

    @Inject
    Operations operations;

    @Inject
    Preference preference;

    @Context
    SecurityContext caller;

    /** @param sequence its place in the chain, {@code sha256} what the next record names */
    record TestView(
            UUID id, String victim, int seconds, String startedAt, String finishedAt, long sequence, String sha256) {

        static TestView of(ChainEntry entry) {
            NeighbourReading read = new NeighbourReading(entry.id, entry.document);
            return new TestView(
                    entry.id,
                    read.text("/victim/name"),
                    read.seconds(),
                    read.text("/startedAt"),
                    read.text("/finishedAt"),
                    entry.sequence,
                    entry.sha256);
        }
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @APIResponseSchema(value = Object.class, responseCode = "201")
    @Extension(name = Preference.WAITS, value = "true")
    public Response run(NeighbourTests.NewTest wish) {
        OperationView operation = tests.run(caller.getUserPrincipal().getName(), wish);
        return preference.answer(
                operation,
                201,
                () -> tests.get(UUID.fromString(operations.get(operation.id()).subject())).document);
    }

    /** The latest first; after= is the id of the last one seen. */
    @GET
    @APIResponseSchema(TestView[].class)
    public Response list(@QueryParam("after") UUID after, @QueryParam("limit") String wished, @Context UriInfo uri) {
        int limit = Page.limit(wished);
        List<TestView> page = ChainEntry.latest(NeighbourTests.RECORD, after, limit + 1).stream()
                .map(TestView::of)
                .toList();
        return Page.of(page, limit, TestView::id, uri);
    }

    @GET
    @Path("{id}")
    public byte[] get(@PathParam("id") UUID id) {
        return tests.get(id).document;
    }

    /** The same bytes, to keep as a file. */
    @GET
    @Path("{id}.json")
    public Response download(@PathParam("id") UUID id) {
        return file(tests.get(id).document, "neighbour-" + id + ".json");
    }

    /** The signature of these bytes, as `ssh-keygen -Y verify` takes it. */
    @GET
    @Path("{id}.sig")
    @Produces(MediaType.TEXT_PLAIN)
    public Response signature(@PathParam("id") UUID id) {
        return file(tests.get(id).signature, "neighbour-" + id + ".json.sig");
    }

    private static Response file(Object content, String name) {
        return Response.ok(content)
                .header("Content-Disposition", "attachment; filename=\"" + name + "\"")
                .build();
    }
}
