package org.cloister.cli;

/** The answer is no, or none came: exit status 1. Its message is a sentence for people. */
final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    RefusedException(String sentence) {
        super(sentence, null, false, false);
    }
}
