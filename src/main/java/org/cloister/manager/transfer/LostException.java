package org.cloister.manager.transfer;

import java.io.IOException;

/** What passes is not the protocol that we know, or too much of it. The message says why, for a sentence. */
final class LostException extends IOException {

    private static final long serialVersionUID = 1;

    LostException(String why) {
        super(why);
    }
}
