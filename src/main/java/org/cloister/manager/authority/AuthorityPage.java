package org.cloister.manager.authority;

import java.util.List;

/**
 * Authorities and revocations.
 *
 * @param said what was refused just now; empty if nothing was
 * @param at the form that it belongs to: "keys", "revoke" or "" for none
 * @param typed what had been typed there, field by field
 */
record AuthorityPage(
        List<Authority> authorities, List<Revocation> revocations, String said, String at, List<String> typed) {

    public String fault(String form) {
        return at.equals(form) ? said : "";
    }
}
