package org.cloister.manager.page;

import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.cloister.manager.tenant.SshCommand;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What people are told to type so that they stand before the SSH gateway, and how they know that it is the right one. */
@ApplicationScoped
public class SshDoor {

    private static final byte[] MAGIC = "openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII);

    @ConfigProperty(name = "cloister.home")
    Path home;

    @Inject
    HttpServerRequest request;

    @Inject
    SshCommand command;

    /** For the host by which this browser reaches the pages; the gateway listens on the same machine. */
    public String command(String tenant) {
        String host =
                request.authority() == null ? "localhost" : request.authority().host();
        return command.of(tenant, host);
    }

    /** As ssh prints it, "SHA256:…"; empty while there is no key yet. */
    public String fingerprint() {
        try {
            String text = Files.readString(home.resolve("keys/manager/ssh_host_ed25519_key"));
            byte[] key = Base64.getMimeDecoder().decode(text.replaceAll("-----[A-Z ]+-----", ""));
            return "SHA256:"
                    + Base64.getEncoder()
                            .withoutPadding()
                            .encodeToString(MessageDigest.getInstance("SHA-256").digest(publicPart(key)));
        } catch (IOException e) {
            return "";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** OpenSSH's PROTOCOL.key: magic, cipher, kdf, its options, the count 1, then the public key in the clear. */
    private static byte[] publicPart(byte[] key) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(key));
        if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) throw new IOException("not an OpenSSH key");
        for (int field = 0; field < 3; field++) in.skipNBytes(in.readInt());
        if (in.readInt() != 1) throw new IOException("not one key");
        return in.readNBytes(in.readInt());
    }
}
