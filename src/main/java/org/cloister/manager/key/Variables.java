package org.cloister.manager.key;

import java.util.regex.Pattern;

/**
 * The variables that a client or a key may set in a session: LANG, LC_*, TERM and COLORTERM, as Debian's sshd accepts.
 * Anything else (LD_PRELOAD, BASH_ENV) would go around what a tenant's own login set up for its users.
 */
public final class Variables {

    /** For people. */
    static final String NAMES = "LANG, LC_…, TERM and COLORTERM";

    private static final Pattern ALLOWED = Pattern.compile("LANG|LC_[A-Z]{1,20}|TERM|COLORTERM");

    /** A locale or terminal name is a few printable characters. */
    private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7e]{0,256}");

    private Variables() {}

    public static boolean mayBeSet(String name, String value) {
        return ALLOWED.matcher(name).matches() && VALUE.matcher(value).matches();
    }
}
