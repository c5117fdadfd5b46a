package org.cloister.agent.cgroup;

import java.io.IOException;

/** A limit below what is in use and cannot be freed; the kernel kept the former one. */
public final class InUseException extends IOException {

    private static final long serialVersionUID = 1;

    InUseException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
