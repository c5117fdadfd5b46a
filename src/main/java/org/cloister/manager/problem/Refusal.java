package org.cloister.manager.problem;

import org.cloister.protocol.AgentException;

/**
 * A wish that is refused, with the sentence that says what is wrong and what to do. Domain code throws it and knows
 * nothing of HTTP; the API answers with problem+json, a page shows the sentence beside the field.
 */
public final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** What is wrong, in kinds that a program can tell apart. */
    public enum Kind {
        INVALID,
        UNKNOWN,
        CONFLICT,
        FULL,

        /** Asked again later it may be granted. */
        LATER,
        UNSUPPORTED,
        FAULT
    }

    private final Kind kind;
    private final String field;

    private Refusal(Kind kind, String field, String sentence) {
        super(sentence, null, false, false);
        this.kind = kind;
        this.field = field;
    }

    public Refusal(Kind kind, String sentence, Throwable cause) {
        super(sentence, cause);
        this.kind = kind;
        this.field = null;
    }

    /** What the agent refused or could not do, in its own sentence. */
    public static Refusal of(AgentException failure) {
        return new Refusal(Kind.valueOf(failure.reason().name()), failure.getMessage(), failure);
    }

    /** @param field as the API names it: "name", "sshKeys", "limits.pids" */
    public static Refusal invalid(String field, String sentence) {
        return new Refusal(Kind.INVALID, field, sentence);
    }

    public static Refusal unknown(String sentence) {
        return new Refusal(Kind.UNKNOWN, null, sentence);
    }

    /** @param field null where no single field is at fault */
    public static Refusal conflict(String field, String sentence) {
        return new Refusal(Kind.CONFLICT, field, sentence);
    }

    public static Refusal full(String sentence) {
        return new Refusal(Kind.FULL, null, sentence);
    }

    public static Refusal later(String sentence) {
        return new Refusal(Kind.LATER, null, sentence);
    }

    public Kind kind() {
        return kind;
    }

    /** Null where no single field is at fault. */
    public String field() {
        return field;
    }

    /** The sentence for people. */
    public String sentence() {
        return getMessage();
    }
}
