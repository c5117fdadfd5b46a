package org.cloister.manager.right;

import java.util.Optional;

/** What somebody showed to be known, a session or a token, for whoever must ask again later. */
@FunctionalInterface
public interface Standing {

    /** The name of the identity's attribute that holds it. */
    String ATTRIBUTE = "cloister.standing";

    /** Who it makes known now; empty where it is over. May block. */
    Optional<Caller> now();
}
