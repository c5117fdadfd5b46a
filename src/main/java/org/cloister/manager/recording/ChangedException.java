package org.cloister.manager.recording;

import java.io.IOException;

/** A recording's file is not what was written. The message says where, in a sentence. */
final class ChangedException extends IOException {

    private static final long serialVersionUID = 1;

    ChangedException(String sentence) {
        super(sentence);
    }
}
