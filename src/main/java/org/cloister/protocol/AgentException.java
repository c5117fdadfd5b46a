package org.cloister.protocol;

/** The agent refused, failed, or did not answer. The message is a sentence for people. */
public final class AgentException extends Exception {

    private static final long serialVersionUID = 1;

    private final Reply.Reason reason;

    public AgentException(Reply.Reason reason, String sentence) {
        super(sentence);
        this.reason = reason;
    }

    public AgentException(Reply.Reason reason, String sentence, Throwable cause) {
        super(sentence, cause);
        this.reason = reason;
    }

    public Reply.Reason reason() {
        return reason;
    }
}
