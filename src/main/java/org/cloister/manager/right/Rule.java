package org.cloister.manager.right;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of the table.
 *
 * @param who a role's word, or "everybody"
 * @param method of HTTP, or "never"
 * @param path where {own} and {operation} are groups
 */
record Rule(String who, String method, Pattern path) {

    static final String NEVER = "never";

    private static final String EVERYBODY = "everybody";
    private static final String PART = "[^/]+";

    static Rule of(String line) {
        String[] words = line.strip().split("\\s+");
        if (words.length != 3) throw new IllegalArgumentException("not a rule: " + line);
        String path = words[2].replace(".", "\\.")
                .replace("/**", "(?:/.\u0000)?")
                .replace("*", PART)
                .replace("\u0000", "*")
                .replaceAll("\\{(\\w+)}", "(?<$1>" + PART + ")");
        return new Rule(words[0], words[1], Pattern.compile(path.equals("/") ? "/" : path + "/?"));
    }

    /** How it fits; null where it does not. */
    Matcher fits(Caller caller, String method, String path) {
        if (!who.equals(EVERYBODY) && !who.equals(caller.role().word())) return null;
        if (!this.method.equals(NEVER) && !this.method.equals(method)) return null;
        Matcher matcher = this.path.matcher(path);
        if (!matcher.matches()) return null;
        boolean ofOwn = this.path.namedGroups().containsKey("own");
        return ofOwn && !matcher.group("own").equals(caller.tenant()) ? null : matcher;
    }

    boolean asksOperation() {
        return path.namedGroups().containsKey("operation");
    }
}
