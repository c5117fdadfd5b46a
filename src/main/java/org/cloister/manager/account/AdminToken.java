package org.cloister.manager.account;

import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** The admin's bearer token, of which the manager knows the SHA-256 alone. */
@ApplicationScoped
class AdminToken {

    private static final Logger LOG = Logger.getLogger(AdminToken.class);

    @ConfigProperty(name = "cloister.home")
    Path home;

    /** Read at each use: a token that root has replaced counts at once. In constant time. */
    boolean matches(String token) {
        byte[] kept;
        try {
            kept = Files.readString(home.resolve("keys/admin.token.sha256"))
                    .strip()
                    .getBytes(StandardCharsets.US_ASCII);
        } catch (IOException e) {
            LOG.errorf("The hash of the admin token cannot be read (%s); nobody can sign in with it.", e);
            return false;
        }
        return kept.length == 64
                && MessageDigest.isEqual(kept, Secret.sha256(token).getBytes(StandardCharsets.US_ASCII));
    }
}
