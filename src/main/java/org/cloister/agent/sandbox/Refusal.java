package org.cloister.agent.sandbox;

import org.cloister.protocol.Reply;

/** A request that is not carried out, with the sentence that says why. */
public final class Refusal extends Exception {

    private static final long serialVersionUID = 1;

    private final Reply.Reason reason;

    public Refusal(Reply.Reason reason, String sentence) {
        super(sentence);
        this.reason = reason;
    }

    public Reply.Reason reason() {
        return reason;
    }
}
