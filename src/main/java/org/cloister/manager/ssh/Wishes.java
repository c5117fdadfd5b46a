package org.cloister.manager.ssh;

import java.net.InetSocketAddress;
import java.util.Map;
import org.cloister.protocol.Request;

/** What a client wants for the one thing that its channel will run, as it asks piece by piece before it. */
final class Wishes {

    /** A terminal's sides are unsigned shorts in the kernel. */
    private static final int LARGEST_SIDE = 65_535;

    private final ClientEnvironment environment = new ClientEnvironment();
    private Request.Terminal terminal;
    private boolean agent;

    /** @return false if such a variable is not for the client to set */
    boolean set(String name, String value) {
        return environment.set(name, value);
    }

    /** A terminal of that kind and of {@link #size}. */
    void terminal(String term) {
        environment.set("TERM", term);
    }

    /** In characters and in pixels. */
    void size(int columns, int rows, int width, int height) {
        terminal = new Request.Terminal(side(columns), side(rows), side(width), side(height));
    }

    private static int side(int length) {
        return Math.clamp(length, 0, LARGEST_SIDE);
    }

    /** Null where there is to be none. */
    Request.Terminal terminal() {
        return terminal;
    }

    void agent() {
        agent = true;
    }

    /** Whether a socket in the tenant is to lead to the client's agent. */
    boolean wantsAgent() {
        return agent;
    }

    /**
     * As it is asked of the agent, with what the login adds and forces.
     *
     * @param line for the user's shell; null for a login shell
     * @param asked what a forced command is told of it
     */
    Request.OpenSession request(
            Login login, String line, String asked, InetSocketAddress client, InetSocketAddress server) {
        Map<String, String> variables = environment.variables();
        variables.putAll(login.permissions().environment());
        String forced = login.permissions().command();
        if (forced != null && asked != null) variables.put("SSH_ORIGINAL_COMMAND", asked);
        String from = Sources.text(client) + " " + client.getPort();
        variables.put("SSH_CLIENT", from + " " + server.getPort());
        variables.put("SSH_CONNECTION", from + " " + Sources.text(server) + " " + server.getPort());
        return new Request.OpenSession(
                login.tenantId(), login.user(), forced == null ? line : forced, terminal, variables);
    }
}
