package org.cloister.manager.record;

import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.problem.Refusal;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Request;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

/** The key that records are signed with. It is the agent's; here it can only be replaced. */
@Path("/api/v1/audits/key")
@Produces(MediaType.APPLICATION_JSON)
class SigningKeyResource {

    @Inject
    AgentClient agent;

    @Inject
    Records records;

    @Inject
    EventLog events;

    @Context
    SecurityContext caller;

    /** Has the agent make a new key, which the old one vouches for. Answers the record that names it. */
    @POST
    @APIResponseSchema(value = Object.class, responseCode = "201")
    public Response rotate() {
        events.record(
                caller.getUserPrincipal().getName(),
                "audit.key",
                null,
                "A new key was asked for to sign records with.");
        try {
            Reply.Sealed sealed = agent.ask(new Request.RotateKey());
            records.keep(sealed);
            return Response.status(201).entity(sealed.document()).build();
        } catch (AgentException e) {
            throw Refusal.of(e);
        }
    }
}
