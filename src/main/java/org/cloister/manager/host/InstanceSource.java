package org.cloister.manager.host;

import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Splits CLOISTER_HTTP ("127.0.0.1:8080", "[::1]:8080") into the host and port that Quarkus asks for. */
public final class InstanceSource implements ConfigSource {

    private final Map<String, String> properties;

    public InstanceSource() {
        this(System.getenv().getOrDefault("CLOISTER_HTTP", "127.0.0.1:8080"));
    }

    InstanceSource(String address) {
        int colon = address.lastIndexOf(':');
        if (colon < 1 || !address.substring(colon + 1).matches("[0-9]{1,5}"))
            throw new IllegalArgumentException(
                    "CLOISTER_HTTP is \"" + address + "\"; it must be an address and a port such as 127.0.0.1:8080.");
        String host = address.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) host = host.substring(1, host.length() - 1);
        properties = Map.of("quarkus.http.host", host, "quarkus.http.port", address.substring(colon + 1));
    }

    @Override
    public Set<String> getPropertyNames() {
        return properties.keySet();
    }

    @Override
    public String getValue(String name) {
        return properties.get(name);
    }

    @Override
    public String getName() {
        return "CLOISTER_HTTP";
    }

    /** Above application.properties (250), below system properties (400). */
    @Override
    public int getOrdinal() {
        return 275;
    }
}
