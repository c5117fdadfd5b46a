package org.cloister.manager.right;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;

/** A request that asks for a WebSocket. By its method it only reads, and a browser sends it for any site's page. */
public final class Upgrade {

    /** As the rules call it. */
    static final String METHOD = "OPEN";

    private Upgrade() {}

    /** By either of its marks: what serves the socket looks at the second, what makes it at the first. */
    public static boolean isAsked(HttpServerRequest request) {
        String upgrade = request.getHeader(HttpHeaders.UPGRADE);
        return upgrade != null && upgrade.toLowerCase(Locale.ROOT).contains("websocket")
                || request.headers().contains("Sec-WebSocket-Key");
    }
}
