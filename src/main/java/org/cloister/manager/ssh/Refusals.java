package org.cloister.manager.ssh;

import org.cloister.protocol.AgentException;
import org.jboss.logging.Logger;

/** What a user who is logged in is told when no process can be opened: one line, and nothing of the host in it. */
final class Refusals {

    private static final Logger LOG = Logger.getLogger(Refusals.class);

    private Refusals() {}

    static String sentence(Login login, AgentException e) {
        return switch (e.reason()) {
            case CONFLICT, UNKNOWN -> login.tenant() + " is stopped; ask the administrator to start it.";
            case INVALID -> "No session for the user " + login.user() + " in " + login.tenant() + ": " + e.getMessage();
            case FULL -> login.tenant() + " has no room for another session just now.";
            case UNSUPPORTED, FAULT -> {
                LOG.warnf("no session in %s: %s", login.tenant(), e.getMessage());
                yield "No session can be opened in " + login.tenant() + " just now; try again in a moment.";
            }
        };
    }
}
