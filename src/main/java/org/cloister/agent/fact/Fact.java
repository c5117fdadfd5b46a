package org.cloister.agent.fact;

import java.io.IOException;

/** One kind of thing that is read from the kernel. */
interface Fact {

    /** A word, the same in every report. */
    String name();

    /** What holds where nothing is found, one sentence for people. */
    String says();

    /**
     * @return how many things were looked at
     * @throws IOException it could not be read, so nothing is known
     */
    long look(Moment moment, Findings findings) throws IOException;
}
