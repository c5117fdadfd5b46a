package org.cloister.manager.record;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import java.io.IOException;
import java.io.InputStream;
import org.cloister.manager.problem.Refusal;

/** JSON Schema (2020-12) of each kind of record: "cloister-audit/1" is described by cloister-audit-1.json. */
@Path("/api/v1/schemas")
class SchemaResource {

    @GET
    @Path("{name: cloister-[a-z]{1,20}-[0-9]{1,4}}.json")
    @Produces("application/schema+json")
    public byte[] get(@PathParam("name") String name) throws IOException {
        try (InputStream schema = SchemaResource.class.getResourceAsStream("/schemas/" + name + ".json")) {
            if (schema == null) throw Refusal.unknown("There is no schema of that name.");
            return schema.readAllBytes();
        }
    }
}
