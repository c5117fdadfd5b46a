package org.cloister.manager.ssh;

import java.util.Optional;
import java.util.regex.Pattern;
import org.cloister.protocol.TenantSpec;

/**
 * The name before the @ of an ssh command: a tenant, and after a plus the user inside it.
 *
 * @param tenant a well-formed tenant name, which need not exist
 * @param user a well-formed user name, root where none was given
 */
record LoginName(String tenant, String user) {

    /** What Debian's adduser allows (NAME_REGEX), 32 characters at most as in utmp. */
    private static final Pattern USER = Pattern.compile("[a-z_][a-z0-9_-]{0,31}");

    /** Longer names are not looked at: 31 for the tenant, 32 for the user, and the plus. */
    private static final int LONGEST = 64;

    /** Empty if it can be nobody's. Nothing is folded or trimmed: what looks like a name and is none is refused. */
    static Optional<LoginName> parse(String text) {
        if (text == null || text.length() > LONGEST) return Optional.empty();
        int plus = text.indexOf('+');
        String tenant = plus < 0 ? text : text.substring(0, plus);
        String user = plus < 0 ? "root" : text.substring(plus + 1);
        if (!TenantSpec.NAME.matcher(tenant).matches() || !USER.matcher(user).matches()) return Optional.empty();
        return Optional.of(new LoginName(tenant, user));
    }
}
