package org.cloister.manager.tenant;

import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.time.Instant;
import java.util.List;
import org.cloister.manager.key.KeyOptions;
import org.cloister.manager.problem.Refusal;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

@Path("/api/v1/tenants/{name}/keys")
@Produces(MediaType.APPLICATION_JSON)
class KeyResource {

    @Inject
    Tenants tenants;

    @Context
    SecurityContext caller;

    /** @param sshKeys each may hold several lines as in authorized_keys */
    record NewKeys(List<String> sshKeys) {}

    /**
     * @param options what stands before the key, as in authorized_keys; empty for nothing
     * @param expiresAt from when on it logs nobody in; null for never
     * @param authority whether certificates that it signed log in, instead of itself
     */
    record KeyView(
            String fingerprint,
            String type,
            String comment,
            Instant createdAt,
            String options,
            Instant expiresAt,
            boolean authority) {

        static KeyView of(SshKey key) {
            KeyOptions options = key.readOptions();
            return new KeyView(
                    key.fingerprint,
                    key.type,
                    key.comment,
                    key.createdAt,
                    key.options,
                    options.expiresAt(),
                    options.authority());
        }
    }

    /** @param notes a sentence for each key that also logs in to another tenant */
    record Keys(List<KeyView> keys, List<String> notes) {}

    @GET
    public List<KeyView> list(@PathParam("name") String name) {
        return SshKey.of(tenants.get(name)).stream().map(KeyView::of).toList();
    }

    /** Answers with all keys that the tenant has now. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @APIResponseSchema(value = Keys.class, responseCode = "201")
    public Response add(@PathParam("name") String name, NewKeys wish) {
        if (wish == null || wish.sshKeys() == null || wish.sshKeys().isEmpty())
            throw Refusal.invalid("sshKeys", "There is no key in this: send {\"sshKeys\":[\"ssh-ed25519 …\"]}.");
        tenants.addKeys(actor(), name, wish.sshKeys());
        Tenant tenant = tenants.get(name);
        List<KeyView> keys = SshKey.of(tenant).stream().map(KeyView::of).toList();
        return Response.status(201)
                .entity(new Keys(keys, tenants.shared(tenant)))
                .build();
    }

    /** The fingerprint may hold slashes: as they are, or as %2F. */
    @DELETE
    @Path("{fingerprint: .+}")
    public void remove(@PathParam("name") String name, @PathParam("fingerprint") String fingerprint) {
        tenants.removeKey(actor(), name, fingerprint);
    }

    private String actor() {
        return caller.getUserPrincipal().getName();
    }
}
