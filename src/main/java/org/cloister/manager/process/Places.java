package org.cloister.manager.process;

import org.cloister.manager.session.OpenConnection;

/** Counts the sessions of each tenant. May block; called on threads that may wait. */
public interface Places {

    /**
     * Takes a place for a session, to be given back.
     *
     * @return null, or the sentence for the client where the tenant has no place left
     */
    String take(OpenConnection.Who who);

    void giveBack(OpenConnection.Who who);
}
