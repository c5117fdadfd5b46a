package org.cloister.manager.process;

import org.cloister.protocol.AgentException;
import org.jboss.logging.Logger;

/** What a user who is logged in is told when no process can be opened: one line, and nothing of the host in it. */
public final class Refusals {

    private static final Logger LOG = Logger.getLogger(Refusals.class);

    private Refusals() {}

    public static String sentence(String tenant, String user, AgentException e) {
        return switch (e.reason()) {
            case CONFLICT, UNKNOWN -> tenant + " is stopped; ask the administrator to start it.";
            case INVALID -> "No session for the user " + user + " in " + tenant + ": " + e.getMessage();
            case FULL -> tenant + " has no room for another session just now.";
            case UNSUPPORTED, FAULT -> {
                LOG.warnf("no session in %s: %s", tenant, e.getMessage());
                yield "No session can be opened in " + tenant + " just now; try again in a moment.";
            }
        };
    }
}
