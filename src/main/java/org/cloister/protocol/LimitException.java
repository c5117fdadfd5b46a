package org.cloister.protocol;

/** A set of limits that cannot be; the message is a sentence for people. */
public final class LimitException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    private final String key;

    LimitException(String key, String sentence) {
        super(sentence);
        this.key = key;
    }

    /** The limit at fault, as it was written. */
    public String key() {
        return key;
    }
}
