package org.cloister.manager.account;

import io.vertx.core.http.HttpServerRequest;

/**
 * Where a sign-in comes from.
 *
 * @param address of the peer; that of a proxy where one stands before this server
 * @param browser as it names itself, cut
 */
record Origin(String address, String browser) {

    private static final int LONGEST = 200;

    static Origin of(HttpServerRequest request) {
        String browser = request.getHeader("User-Agent");
        String said = browser == null ? "" : browser.replaceAll("[^\\x20-\\x7e]", "?");
        return new Origin(
                request.remoteAddress().hostAddress(),
                said.length() <= LONGEST ? said : said.substring(0, LONGEST - 1) + "…");
    }
}
