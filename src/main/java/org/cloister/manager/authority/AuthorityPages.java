package org.cloister.manager.authority;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.problem.Refusal;
import org.jboss.resteasy.reactive.RestForm;

/** Authorities for all tenants, and certificates that no longer log in. */
@Path("/authorities")
@Produces(MediaType.TEXT_HTML)
@Consumes({MediaType.APPLICATION_FORM_URLENCODED, MediaType.MULTIPART_FORM_DATA, MediaType.WILDCARD})
@Blocking
class AuthorityPages {

    @Inject
    TrustedAuthorities authorities;

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance list(AuthorityPage view);
    }

    @GET
    @Consumes(MediaType.WILDCARD)
    public TemplateInstance list() {
        return page("", "", List.of());
    }

    @POST
    public Response add(@RestForm String sshKeys, @Context SecurityContext caller) {
        String text = sshKeys == null ? "" : sshKeys;
        return attempt("keys", List.of(text), () -> authorities.add(name(caller), List.of(text)));
    }

    @POST
    @Path("remove")
    public Response remove(@RestForm String fingerprint, @Context SecurityContext caller) {
        return attempt("", List.of(), () -> authorities.remove(name(caller), fingerprint));
    }

    /** @param certificate its number, or its key id where that is no number */
    @POST
    @Path("revoke")
    public Response revoke(@RestForm String authority, @RestForm String certificate, @Context SecurityContext caller) {
        String text = certificate == null ? "" : certificate.strip();
        String trusted = authority == null ? "" : authority.strip();
        boolean number = text.matches("[0-9]+");
        return attempt(
                "revoke",
                List.of(trusted, text),
                () -> authorities.revoke(name(caller), trusted, number ? text : null, number ? null : text));
    }

    @POST
    @Path("restore")
    public Response restore(@RestForm UUID id, @Context SecurityContext caller) {
        return attempt("", List.of(), () -> authorities.restore(name(caller), id));
    }

    private static Response attempt(String form, List<String> typed, Runnable change) {
        try {
            change.run();
            return Response.seeOther(URI.create("/authorities")).build();
        } catch (Refusal refusal) {
            if (refusal.kind() == Refusal.Kind.UNKNOWN) // it is gone already, as wished
            return Response.seeOther(URI.create("/authorities")).build();
            return Response.status(422)
                    .entity(page(refusal.sentence(), form, typed))
                    .build();
        }
    }

    private static TemplateInstance page(String said, String at, List<String> typed) {
        return Templates.list(new AuthorityPage(Authority.all(), Revocation.all(), said, at, typed));
    }

    private static String name(SecurityContext caller) {
        return caller.getUserPrincipal().getName();
    }
}
