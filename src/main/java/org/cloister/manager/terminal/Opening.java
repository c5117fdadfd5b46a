package org.cloister.manager.terminal;

import io.quarkus.websockets.next.UserData;
import java.util.UUID;
import org.cloister.manager.right.Caller;
import org.cloister.manager.right.Role;
import org.cloister.manager.right.Standing;
import org.cloister.manager.session.OpenConnection;

/**
 * A terminal that may be opened.
 *
 * @param caller whose it is
 * @param standing by what the caller is known
 */
record Opening(
        UUID tenantId, String tenant, Caller caller, Standing standing, String address, int port, Word.Size size) {

    static final UserData.TypedKey<Opening> OF_CONNECTION = new UserData.TypedKey<>("cloister.opening");

    /** As whom an account works in its tenant: what its key over SSH would make it without a user's name. */
    static final String USER = "root";

    boolean byAdmin() {
        return caller.role() == Role.ADMIN;
    }

    OpenConnection.Who who() {
        return new OpenConnection.Who(tenantId, tenant, USER, null, caller.account(), address, port);
    }

    /** For the beginning of a sentence. */
    String person() {
        String person = caller.person();
        return byAdmin() ? "T" + person.substring(1) : person;
    }
}
