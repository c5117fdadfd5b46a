package org.cloister.manager.ssh;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.process.TenantPlaces;
import org.cloister.manager.session.OpenSessions;
import org.cloister.manager.tenant.AccessEnded;
import org.cloister.protocol.AgentClient;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** The SSH server: starts and ends with the application, and tells pages and API how to reach it. */
@ApplicationScoped
public class SshGateway {

    private static final Logger LOG = Logger.getLogger(SshGateway.class);

    /** Events that wait for the database. */
    private static final int EVENTS_WAITING = 1024;

    private final AgentClient agent;
    private final KnownTenants known;
    private final StoredTenants stored;
    private final TenantPlaces places;
    private final EventLog events;
    private final OpenSessions open;
    private final Path home;
    private final ListenAddress address;
    private final ThreadPoolExecutor scribe = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(EVENTS_WAITING),
            Thread.ofPlatform().name("ssh-events").daemon().factory(),
            (task, full) -> LOG.warn("an event of the SSH gateway was lost: the database is too slow"));

    private HostKey hostKey;
    private GatewayServer server;

    SshGateway(
            AgentClient agent,
            KnownTenants known,
            StoredTenants stored,
            TenantPlaces places,
            EventLog events,
            OpenSessions open,
            @ConfigProperty(name = "cloister.home") Path home,
            @ConfigProperty(name = "cloister.ssh") String address) {
        this.agent = agent;
        this.known = known;
        this.stored = stored;
        this.places = places;
        this.events = events;
        this.open = open;
        this.home = home;
        this.address = ListenAddress.parse(address);
    }

    void start(@Observes StartupEvent event) throws IOException {
        hostKey = HostKey.at(home.resolve("keys/manager/ssh_host_ed25519_key"));
        GatewayServer starting = new GatewayServer(address, hostKey, known, stored, places, this::record, open, agent);
        try {
            starting.start();
        } catch (IOException e) {
            throw new IOException("The SSH gateway cannot listen on " + address + ": " + e.getMessage(), e);
        }
        server = starting;
        known.afterRead(() -> starting.connections().recheck(known));
        LOG.infof("SSH listens on %s, host key %s", address, hostKey.fingerprint());
    }

    void stop(@Observes ShutdownEvent event) throws IOException {
        if (server != null) server.close();
        scribe.shutdown();
    }

    /** After the transaction that took the access away, if there is one: before it a new login could still succeed. */
    void end(@Observes(during = TransactionPhase.AFTER_SUCCESS) AccessEnded ended) {
        if (server != null) server.connections().accessEnded(ended.tenantId(), ended.fingerprint());
    }

    /** As ssh shows it at the first connection: "SHA256:" and 43 characters. */
    public String hostKeyFingerprint() {
        return hostKey.fingerprint();
    }

    /**
     * What a user of the tenant types.
     *
     * @param host under which the reader of the command reaches this machine; used where the gateway listens on all
     */
    public String command(String tenant, String host) {
        String target = address.isWildcard() ? host : address.host();
        return "ssh " + (address.port() == 22 ? "" : "-p " + address.port() + " ") + tenant + "@" + target;
    }

    private void record(String actor, String kind, String tenant, String sentence) {
        scribe.execute(() -> {
            try {
                events.record(actor, kind, tenant, sentence);
            } catch (RuntimeException e) {
                LOG.warnf("an event of the SSH gateway was not stored: %s", e.getMessage());
            }
        });
    }
}
