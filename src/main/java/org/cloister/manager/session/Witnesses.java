package org.cloister.manager.session;

import java.io.IOException;

/** Who looks on at a session. */
public interface Witnesses {

    /**
     * May block. Called before anything runs.
     *
     * @param columns of its terminal; 0 where it has none
     * @param term what the client calls its terminal, or null
     * @throws IOException somebody must look on and cannot: a sentence for the client, and nothing may run
     */
    Witness of(OpenSession session, int columns, int rows, String term) throws IOException;
}
