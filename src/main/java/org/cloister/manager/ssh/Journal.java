package org.cloister.manager.ssh;

/** Where logins, logouts and refusals are written down. May block; called on threads that may wait. */
interface Journal {

    /**
     * @param actor a tenant's name, or "cloister"
     * @param kind "ssh.login", "ssh.logout" or "ssh.refused"
     * @param tenant whom it concerns, or null
     */
    void record(String actor, String kind, String tenant, String sentence);
}
