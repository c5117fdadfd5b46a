package org.cloister.manager.host;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import org.cloister.protocol.AgentClient;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The one way from the manager to the agent of its instance. */
@ApplicationScoped
class AgentProducer {

    @ConfigProperty(name = "cloister.run")
    Path run;

    @Produces
    @Singleton
    AgentClient agent() {
        return new AgentClient(run.resolve("agent/agent.sock"));
    }
}
