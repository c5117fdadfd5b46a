package org.cloister.cli;

/** The question was wrong, and nothing was done: exit status 2. Its message is a sentence for people. */
final class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1;

    UsageException(String sentence) {
        super(sentence, null, false, false);
    }
}
