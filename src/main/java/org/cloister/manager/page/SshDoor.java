package org.cloister.manager.page;

import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.cloister.manager.ssh.SshGateway;

/** What people are told to type so that they stand before the SSH gateway, and how they know that it is the right one. */
@ApplicationScoped
public class SshDoor {

    @Inject
    HttpServerRequest request;

    @Inject
    SshGateway gateway;

    /** For the host by which this caller reaches the manager; the gateway listens on the same machine. */
    public String command(String tenant) {
        return command(tenant, host());
    }

    /** As {@link #command(String)}, for what is drawn when the caller's request is over. */
    public String command(String tenant, String host) {
        return gateway.command(tenant, host);
    }

    /** By which this caller reaches the manager. */
    public String host() {
        String host =
                request.authority() == null ? "localhost" : request.authority().host();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** As ssh prints it, "SHA256:…". */
    public String fingerprint() {
        return gateway.hostKeyFingerprint();
    }
}
