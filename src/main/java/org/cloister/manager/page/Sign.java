package org.cloister.manager.page;

/**
 * A meaning that is shown three times over: by a word, by a shape, and by a colour that may be missed.
 *
 * @param icon a case of tags/icon.html
 * @param tone a class of the style sheet: fine, attention, danger, frozen or quiet
 */
public record Sign(String word, String icon, String tone) {

    public static Sign fine(String word) {
        return new Sign(word, "running", "fine");
    }

    public static Sign attention(String word) {
        return new Sign(word, "attention", "attention");
    }

    public static Sign danger(String word) {
        return new Sign(word, "failed", "danger");
    }

    public static Sign frozen(String word) {
        return new Sign(word, "frozen", "frozen");
    }

    public static Sign stopped(String word) {
        return new Sign(word, "stopped", "quiet");
    }

    /** Something that will be something else soon. */
    public static Sign changing(String word) {
        return new Sign(word, "changing", "quiet");
    }
}
