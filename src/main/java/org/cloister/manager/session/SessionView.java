package org.cloister.manager.session;

import java.time.Instant;
import java.util.UUID;

/**
 * An open session as programs and pages see it.
 *
 * @param kind "shell", "command", "sftp", or "none" for a connection that runs nothing
 * @param command its first 500 characters, without what cannot be seen; null where it is no command
 * @param key null where an account opened it from a page
 * @param account that one; null over SSH
 * @param bytesIn of payload, from the client
 * @param bytesOut of payload, to the client
 * @param connection the same for the sessions of one connection
 * @param forwards channels of the connection that lead to ports or sockets now
 */
public record SessionView(
        UUID id,
        String tenant,
        String user,
        String kind,
        String command,
        boolean terminal,
        Key key,
        String account,
        Source source,
        Instant since,
        long bytesIn,
        long bytesOut,
        UUID connection,
        int forwards) {

    /** @param comment null where the key has none, or was removed meanwhile */
    public record Key(String fingerprint, String comment) {}

    public record Source(String address, int port) {}

    static SessionView of(Line line, String comment) {
        OpenConnection.Who who = line.who();
        return new SessionView(
                line.id(),
                who.tenant(),
                who.user(),
                line.runs().kind(),
                line.runs().command(),
                line.runs().terminal(),
                who.fingerprint() == null ? null : new Key(who.fingerprint(), comment),
                who.account(),
                new Source(who.address(), who.port()),
                line.since(),
                line.received(),
                line.sent(),
                line.connection().id(),
                line.connection().forwards());
    }
}
