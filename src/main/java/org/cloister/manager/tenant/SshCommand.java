package org.cloister.manager.tenant;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The line that a tenant's owner types to log in. */
@ApplicationScoped
public class SshCommand {

    @ConfigProperty(name = "cloister.ssh")
    String listen;

    /** @param webHost the host under which the caller reached the pages; used where SSH listens on every address */
    public String of(String tenant, String webHost) {
        int colon = listen.lastIndexOf(':');
        String address = unbracketed(listen.substring(0, colon));
        String host =
                address.equals("0.0.0.0") || address.equals("::") || address.isEmpty() ? unbracketed(webHost) : address;
        return "ssh -p " + listen.substring(colon + 1) + " " + tenant + "@" + host;
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }
}
