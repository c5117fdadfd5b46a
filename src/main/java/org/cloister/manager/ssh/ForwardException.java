package org.cloister.manager.ssh;

/** A forward was refused or failed. The message is a sentence for the client. */
final class ForwardException extends Exception {

    private static final long serialVersionUID = 1;

    private final int reason;

    /** @param reason a code of RFC 4254 section 5.1 */
    ForwardException(int reason, String sentence) {
        super(sentence);
        this.reason = reason;
    }

    int reason() {
        return reason;
    }
}
