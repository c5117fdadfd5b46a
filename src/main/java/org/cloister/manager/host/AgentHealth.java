package org.cloister.manager.host;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Request;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready means that the agent answers. Quarkus adds the database's own check beside it. */
@Readiness
@ApplicationScoped
class AgentHealth implements HealthCheck {

    @Inject
    AgentClient agent;

    @Override
    public HealthCheckResponse call() {
        try {
            agent.ask(new Request.Host());
            return HealthCheckResponse.up("agent");
        } catch (AgentException e) {
            return HealthCheckResponse.named("agent")
                    .down()
                    .withData("reason", e.getMessage())
                    .build();
        }
    }
}
