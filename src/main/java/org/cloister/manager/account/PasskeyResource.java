package org.cloister.manager.account;

import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.right.Who;

/** The caller's own passkeys. They are added in a browser alone. */
@Path("/api/v1/passkeys")
@Produces(MediaType.APPLICATION_JSON)
class PasskeyResource {

    @Inject
    Who who;

    @Inject
    Accounts accounts;

    @Inject
    Passkeys passkeys;

    /** @param usedAt absent until it was used */
    record PasskeyView(UUID id, String name, Instant createdAt, Instant usedAt) {

        static PasskeyView of(Passkey row) {
            return new PasskeyView(row.id, row.name, row.createdAt, row.usedAt);
        }
    }

    @GET
    public List<PasskeyView> list() {
        return Passkey.of(accounts.get(who.getName())).stream()
                .map(PasskeyView::of)
                .toList();
    }

    @DELETE
    @Path("{id}")
    public void remove(@PathParam("id") String id) {
        UUID known;
        try {
            known = UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw Refusal.unknown("There is no such passkey.");
        }
        passkeys.removeOneOfSeveral(accounts.get(who.getName()), known);
    }
}
