package org.cloister.manager.ssh;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloister.manager.key.Destination;
import org.cloister.manager.key.KeyOptions;

/**
 * What a login may do: everything, unless its key or its certificate says less (sshd(8), AUTHORIZED_KEYS FILE FORMAT).
 * Channels and forwards ask here and nowhere else.
 *
 * @param mayHaveTerminal whether a terminal is given
 * @param mayForward whether connections are forwarded at all, both ways, to ports and to sockets
 * @param mayForwardAgent whether the client's agent is reached from inside
 * @param opens where -L, -D and -W may lead; empty for everywhere
 * @param listens where -R may listen; empty for everywhere
 * @param command runs instead of what the client asks for; null for none
 * @param environment set in each session, over what the client sends
 */
record Permissions(
        boolean mayHaveTerminal,
        boolean mayForward,
        boolean mayForwardAgent,
        List<Destination> opens,
        List<Destination> listens,
        String command,
        Map<String, String> environment) {

    static Permissions of(KeyOptions options) {
        return new Permissions(
                options.terminal(),
                options.forwarding(),
                options.agent(),
                options.opens(),
                options.listens(),
                options.command(),
                options.environment());
    }

    /** What both a certificate and its authority allow; empty where each wants another command. */
    static Optional<Permissions> of(KeyOptions authority, KeyOptions certificate) {
        String command = authority.command() == null ? certificate.command() : authority.command();
        if (certificate.command() != null && !certificate.command().equals(command)) return Optional.empty();
        return Optional.of(new Permissions(
                authority.terminal() && certificate.terminal(),
                authority.forwarding() && certificate.forwarding(),
                authority.agent() && certificate.agent(),
                authority.opens(),
                authority.listens(),
                command,
                authority.environment()));
    }

    Permissions {
        opens = List.copyOf(opens);
        listens = List.copyOf(listens);
        environment = Map.copyOf(environment);
    }

    /** Whether a connection from the client may go on to that host and port. */
    boolean mayConnect(String host, int port) {
        return mayForward && (opens.isEmpty() || opens.stream().anyMatch(place -> place.matches(host, port)));
    }

    /**
     * Whether the client may have connections to that address and port forwarded to it.
     *
     * @param host as the client wrote it; empty and "*" stand for every address
     */
    boolean mayListen(String host, int port) {
        String asked = host.isEmpty() ? "*" : host;
        return mayForward && (listens.isEmpty() || listens.stream().anyMatch(place -> place.matches(asked, port)));
    }

    /** Whether a connection may go on to a socket in the file system: a key that names its hosts means no others. */
    boolean mayConnectSocket() {
        return mayForward && opens.isEmpty();
    }

    /** Whether the client may have a socket in the file system forwarded to it. */
    boolean mayListenSocket() {
        return mayForward && listens.isEmpty();
    }
}
