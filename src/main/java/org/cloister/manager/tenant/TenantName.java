package org.cloister.manager.tenant;

import java.util.Set;
import org.cloister.manager.problem.Refusal;
import org.cloister.protocol.TenantSpec;

/** What a tenant may be called, and what to say to a name that is not one. */
final class TenantName {

    static final int LONGEST = 31;

    /** "new" is a page, "host" is the machine in an audit report, "root" is no tenant to any reader of a log. */
    private static final Set<String> RESERVED = Set.of("new", "host", "root");

    private TenantName() {}

    /**
     * @return the name
     * @throws Refusal with a sentence for each kind of wrong; the name itself is not repeated, it may be anything
     */
    static String check(String name) {
        if (name == null || name.isBlank()) throw wrong("A tenant needs a name, such as alice.");
        if (name.length() > LONGEST)
            throw wrong("The name is too long: it has " + name.length() + " characters, " + LONGEST + " are allowed.");
        if (name.chars().anyMatch(Character::isWhitespace)) throw wrong("A name has no spaces or line breaks.");
        if (name.chars().anyMatch(c -> c >= 'A' && c <= 'Z'))
            throw wrong("A name is written in lower case: a to z, 0 to 9 and -.");
        if (name.chars().anyMatch(c -> c > 0x7e))
            throw wrong("A name is written in plain letters: a to z, 0 to 9 and -, without accents or other scripts.");
        if (!name.matches("[a-z0-9-]*"))
            throw wrong("A name holds a to z, 0 to 9 and - alone; there is another character in this one.");
        if (name.startsWith("-")) throw wrong("A name starts with a letter, not with a dash.");
        if (!Character.isLetter(name.charAt(0))) throw wrong("A name starts with a letter, not with a digit.");
        if (name.endsWith("-")) throw wrong("A name ends with a letter or a digit, not with a dash.");
        if (RESERVED.contains(name))
            throw wrong("The name " + name + " is one that Cloister uses itself; take another.");
        // The contract with the agent decides; the sentences above only explain it.
        if (!TenantSpec.NAME.matcher(name).matches())
            throw wrong("A name is a to z, 0 to 9 and -, first a letter, " + LONGEST + " characters at most.");
        return name;
    }

    private static Refusal wrong(String sentence) {
        return Refusal.invalid("name", sentence);
    }
}
