package org.cloister.manager.record;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.cloister.manager.problem.Page;
import org.cloister.manager.problem.Refusal;
import org.cloister.protocol.Request.NoteReading.Form;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
class RecordResource {

    /** So many lines at once; documents one by one. */
    private static final int PAGE = 500;

    @Inject
    Records records;

    @Inject
    Readings readings;

    @Context
    SecurityContext caller;

    record RecordView(long sequence, String kind, UUID id, String sha256, Instant at) {

        static RecordView of(ChainEntry entry) {
            return new RecordView(entry.sequence, entry.kind, entry.id, entry.sha256, entry.at);
        }
    }

    /** In the order of the chain. The header Cloister-Head has number and SHA-256 of the last record. */
    @GET
    @Path("records")
    @APIResponseSchema(RecordView[].class)
    public Response list(
            @QueryParam("after") String seen,
            @QueryParam("kind") String kind,
            @QueryParam("limit") String wished,
            @Context UriInfo uri) {
        int limit = Page.limit(wished);
        Long after = Page.after(seen);
        if (kind != null && !kind.matches("[a-z]{1,20}"))
            throw Refusal.invalid("kind", "kind is one word, such as audit, deletion, reading or key.");
        List<RecordView> page = ChainEntry.page(after == null ? 0 : after, kind, limit + 1).stream()
                .map(RecordView::of)
                .toList();
        Response.ResponseBuilder answer = Response.fromResponse(Page.of(page, limit, RecordView::sequence, uri));
        records.head().ifPresent(head -> answer.header("Cloister-Head", head));
        return answer.build();
    }

    /** The bytes that were signed. */
    @GET
    @Path("records/{sequence: [0-9]{1,18}}.json")
    public Response document(@PathParam("sequence") long sequence) {
        ChainEntry entry = records.get(sequence);
        noteReading(entry, Form.JSON);
        return file(entry.document, name(sequence));
    }

    /** Their signature, as `ssh-keygen -Y verify` takes it. */
    @GET
    @Path("records/{sequence: [0-9]{1,18}}.sig")
    @Produces(MediaType.TEXT_PLAIN)
    public Response signature(@PathParam("sequence") long sequence) {
        ChainEntry entry = records.get(sequence);
        noteReading(entry, Form.SIG);
        return file(entry.signature, name(sequence) + ".sig");
    }

    /** All records from a number on, each with its signature: what `cloister audit verify` takes. */
    @GET
    @Path("records.zip")
    @Produces("application/zip")
    public Response archive(@QueryParam("from") String wished) {
        Long from = Page.after(wished);
        readings.note(caller.getUserPrincipal().getName(), null, Form.ARCHIVE);
        StreamingOutput zip = out -> write(out, from == null ? 0 : from - 1);
        return file(zip, "records.zip");
    }

    private void noteReading(ChainEntry entry, Form form) {
        if (entry.kind.equals("audit")) readings.note(caller.getUserPrincipal().getName(), entry.id, form);
    }

    private static void write(OutputStream out, long after) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        long last = after;
        while (true) {
            long seen = last;
            List<Long> page = QuarkusTransaction.requiringNew()
                    .call(() -> ChainEntry.page(seen, null, PAGE).stream()
                            .map(entry -> entry.sequence)
                            .toList());
            if (page.isEmpty()) break;
            for (long sequence : page) {
                last = sequence;
                byte[][] files = QuarkusTransaction.requiringNew().call(() -> {
                    ChainEntry entry = ChainEntry.findById(sequence);
                    return new byte[][] {entry.document, entry.signature.getBytes(StandardCharsets.US_ASCII)};
                });
                put(zip, name(sequence), files[0]);
                put(zip, name(sequence) + ".sig", files[1]);
            }
        }
        zip.finish();
        zip.flush();
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
        zip.closeEntry();
    }

    private static String name(long sequence) {
        return "record-%08d.json".formatted(sequence);
    }

    private static Response file(Object content, String name) {
        return Response.ok(content)
                .header("Content-Disposition", "attachment; filename=\"" + name + "\"")
                .build();
    }
}
