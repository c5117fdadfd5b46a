package org.cloister.manager.page;

/**
 * A line of a list of facts.
 *
 * @param code whether the value is something that is copied, and so in a monospaced font
 */
public record Fact(String name, String value, boolean code) {

    public static Fact text(String name, String value) {
        return new Fact(name, value, false);
    }

    public static Fact code(String name, String value) {
        return new Fact(name, value, true);
    }
}
