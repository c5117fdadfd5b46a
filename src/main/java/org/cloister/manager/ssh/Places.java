package org.cloister.manager.ssh;

/** Counts the sessions of each tenant. May block; called on threads that may wait. */
interface Places {

    /**
     * Takes a place for a session, to be given back.
     *
     * @return null, or the sentence for the client where the tenant has no place left
     */
    String take(Login login);

    void giveBack(Login login);
}
