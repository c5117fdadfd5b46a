package org.cloister.manager.host;

import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Where browsers find this server: what CLOISTER_PUBLIC_URL says, where a proxy stands before it, else localhost. Passkeys
 * are bound to it, so no request has a say in it.
 */
@ApplicationScoped
public class PublicAddress {

    /** A host has a letter in its last part: a passkey is bound to a name, never to an address. */
    private static final Pattern URL = Pattern.compile(
            "(https://[a-z0-9-]+(\\.[a-z0-9-]+)*\\.[a-z][a-z0-9-]*|https?://localhost)(:[0-9]{1,5})?/?");

    private final boolean configured;
    private final URI url;

    /** @param said "none", or what {@link #origin} answers; a slash at its end is left out */
    @Inject
    PublicAddress(
            @ConfigProperty(name = "cloister.public-url") String said,
            @ConfigProperty(name = "quarkus.http.port") int port) {
        configured = !said.equals("none");
        url = URI.create(configured ? checked(said) : "http://localhost:" + port);
    }

    private static String checked(String said) {
        String lower = said.toLowerCase(Locale.ROOT);
        if (!URL.matcher(lower).matches())
            throw new IllegalArgumentException("CLOISTER_PUBLIC_URL is \"" + said
                    + "\"; it must be https and the name of a host, such as https://cloister.example.org, or none.");
        String origin = lower.replaceFirst("/$", "");
        // As browsers write an origin: without the port that goes without saying.
        return origin.startsWith("https:") ? origin.replaceFirst(":443$", "") : origin.replaceFirst(":80$", "");
    }

    /** Scheme, host and, where it is not the usual one, port, as a browser writes them: "https://cloister.example.org". */
    public String origin() {
        return url.toString();
    }

    /** The name that passkeys are bound to. */
    public String host() {
        return url.getHost();
    }

    /** What a link begins with that is sent to somebody: our address, or, where none is configured, the request's. */
    public String links(HttpServerRequest request) {
        return configured ? origin() : request.scheme() + "://" + request.authority();
    }

    /** Whether the request came by https, here or as far as the proxy. */
    public boolean isSecure(HttpServerRequest request) {
        boolean ours = request.authority() != null
                && url.getRawAuthority().equalsIgnoreCase(request.authority().toString());
        return request.isSSL() || "https".equals(request.scheme()) || ours && "https".equals(url.getScheme());
    }

    /** @param origin as a browser says it */
    public boolean is(String origin) {
        return configured && origin().equals(origin);
    }
}
