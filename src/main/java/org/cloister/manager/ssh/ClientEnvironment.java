package org.cloister.manager.ssh;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The variables that a client may set in its session: LANG, LC_*, TERM and COLORTERM, as Debian's sshd accepts. Anything
 * else (LD_PRELOAD, BASH_ENV) would go around what a tenant's own login set up for its users.
 */
final class ClientEnvironment {

    private static final Pattern ALLOWED = Pattern.compile("LANG|LC_[A-Z]{1,20}|TERM|COLORTERM");

    /** A locale or terminal name is a few printable characters. */
    private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7e]{0,256}");

    private final Map<String, String> variables = new LinkedHashMap<>();

    /** @return whether the variable was taken */
    boolean set(String name, String value) {
        if (!ALLOWED.matcher(name).matches() || !VALUE.matcher(value).matches()) return false;
        variables.put(name, value);
        return true;
    }

    /** A copy of what was set so far. */
    Map<String, String> variables() {
        return new LinkedHashMap<>(variables);
    }
}
