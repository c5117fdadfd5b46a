package org.cloister.manager.host;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.cloister.manager.problem.Refusal;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Request;

@Path("/api/v1/host")
@Produces(MediaType.APPLICATION_JSON)
class HostResource {

    @Inject
    AgentClient agent;

    /** What the agent sees of its machine, and what the machine lacks. */
    @GET
    public Reply.Host get() {
        try {
            return agent.ask(new Request.Host());
        } catch (AgentException e) {
            throw Refusal.of(e);
        }
    }

    /** What about the machine helps to hold tenants apart, and what does not. */
    @GET
    @Path("posture")
    public HostPosture posture() {
        try {
            return HostPosture.of(agent.ask(new Request.Posture()));
        } catch (AgentException e) {
            throw Refusal.of(e);
        }
    }
}
