package org.cloister.manager.right;

import java.util.Locale;

/** What an account is to this machine. */
public enum Role {
    /** Everything. */
    ADMIN,

    /** Reads everything and runs audits; what it reads of them is recorded. */
    AUDITOR,

    /** Its own tenant alone. */
    TENANT;

    /** As the API, the database and the rules write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
