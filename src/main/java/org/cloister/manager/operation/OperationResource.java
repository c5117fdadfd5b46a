package org.cloister.manager.operation;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.UUID;
import org.cloister.manager.right.Streams;
import org.jboss.resteasy.reactive.RestStreamElementType;

@Path("/api/v1/operations/{id}")
class OperationResource {

    @Inject
    Operations operations;

    @Inject
    Streams streams;

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public OperationView get(@PathParam("id") UUID id) {
        return operations.get(id);
    }

    /** Server-sent events: the operation as it is, then every change, until it is done. */
    @GET
    @Path("stream")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @Blocking
    public Multi<OperationView> stream(@PathParam("id") UUID id) {
        operations.get(id);
        return streams.whileKnown(operations.watch(id));
    }
}
