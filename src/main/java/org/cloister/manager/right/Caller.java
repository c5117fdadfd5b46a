package org.cloister.manager.right;

import io.quarkus.security.identity.SecurityIdentity;

/**
 * Who sends a request.
 *
 * @param account its name
 * @param tenant the name of the tenant that it belongs to; null unless the role is {@link Role#TENANT}
 * @param readOnly whether it came by a token that may only read
 */
public record Caller(String account, Role role, String tenant, boolean readOnly) {

    /** The name of the identity's attribute that holds it. */
    public static final String ATTRIBUTE = "cloister.caller";

    /** For a sentence: "the admin bob", or "bob". Root's own account is called as its role is. */
    public String person() {
        if (role != Role.ADMIN) return account;
        return account.equals(role.word()) ? "the admin" : "the admin " + account;
    }

    /** Null for nobody. */
    public static Caller of(SecurityIdentity identity) {
        return identity == null || identity.isAnonymous() ? null : identity.getAttribute(ATTRIBUTE);
    }
}
