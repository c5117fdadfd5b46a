package org.cloister.manager.account;

import java.time.Instant;
import java.util.List;

/**
 * Everybody who signs in.
 *
 * @param tenants that an account may be for
 * @param link for somebody, shown this once; null mostly
 * @param said what was refused just now; empty if nothing was
 * @param field that it belongs to, as the API names it; empty for none
 * @param typed name, role and tenant as they were typed then
 */
record PeoplePage(
        List<Person> people, List<String> tenants, Invitation link, String said, String field, List<String> typed) {

    /** @param seenAt null for who never was */
    record Person(
            String name,
            String role,
            String tenant,
            String ways,
            boolean bare,
            long sessions,
            Instant seenAt,
            boolean root,
            boolean self) {}

    record Invitation(String name, String url, Instant expiresAt) {}

    public String fault(String at) {
        return field.equals(at) ? said : "";
    }

    public boolean chosen(String role) {
        return typed.get(1).equals(role);
    }
}
