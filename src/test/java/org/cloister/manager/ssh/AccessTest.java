package org.cloister.manager.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.cloister.manager.key.KeyOptions;
import org.junit.jupiter.api.Test;

/** Who is let in by a key: what is restricted first. */
class AccessTest {

    private static final Instant NOW = Instant.parse("2030-06-01T12:00:00Z");

    private static TenantDirectory.Entry alice(Map<String, KeyOptions> keys) {
        return new TenantDirectory.Entry(new UUID(0, 1), "alice", keys, Authorities.NONE);
    }

    private static Optional<Login> login(String options, String name, String source, Instant now) throws Exception {
        return Access.decide(
                Optional.of(alice(Map.of("SHA256:key", KeyOptions.parse(options)))),
                LoginName.parse(name),
                Optional.of(new Offer("SHA256:key", null)),
                InetAddress.getByName(source),
                now);
    }

    @Test
    void aKeyThatSignsCertificatesLogsNobodyInItself() throws Exception {
        assertTrue(login("cert-authority", "alice", "10.0.0.1", NOW).isEmpty());
        assertTrue(login("", "alice", "10.0.0.1", NOW).isPresent());
    }

    @Test
    void anExpiredKeyLogsNobodyIn() throws Exception {
        String options = "expiry-time=\"203006011200Z\"";
        assertTrue(login(options, "alice", "10.0.0.1", NOW).isEmpty());
        assertTrue(login(options, "alice", "10.0.0.1", NOW.minusMillis(1)).isPresent());
    }

    @Test
    void aKeyFromElsewhereLogsNobodyIn() throws Exception {
        String options = "from=\"10.0.0.0/8,!10.0.0.66\"";
        assertTrue(login(options, "alice", "192.168.0.1", NOW).isEmpty());
        assertTrue(login(options, "alice", "10.0.0.66", NOW).isEmpty());
        assertTrue(login(options, "alice", "10.0.0.1", NOW).isPresent());
    }

    @Test
    void aKeyOfOneUserIsNobodyElse() throws Exception {
        String options = "user=\"www-data,worker\"";
        assertTrue(login(options, "alice", "10.0.0.1", NOW).isEmpty());
        assertTrue(login(options, "alice+postgres", "10.0.0.1", NOW).isEmpty());
        assertEquals(
                "www-data",
                login(options, "alice+www-data", "10.0.0.1", NOW).orElseThrow().user());
        assertTrue(login("", "alice+postgres", "10.0.0.1", NOW).isPresent());
    }

    @Test
    void whoIsLoggedInIsOutWhenTheKeyIsGoneOrSaysLess() throws Exception {
        Login login = login("", "alice", "10.0.0.1", NOW).orElseThrow();
        var bare = alice(Map.of("SHA256:key", KeyOptions.NONE));
        var less = alice(Map.of("SHA256:key", KeyOptions.parse("no-pty")));
        var none = alice(Map.of());
        var another = new TenantDirectory.Entry(new UUID(0, 2), "alice", bare.keys(), Authorities.NONE);
        assertFalse(Access.stillHolds(login, Optional.empty(), NOW));
        assertFalse(Access.stillHolds(login, Optional.of(none), NOW));
        assertFalse(Access.stillHolds(login, Optional.of(less), NOW));
        assertFalse(Access.stillHolds(login, Optional.of(another), NOW));
        assertTrue(Access.stillHolds(login, Optional.of(bare), NOW));
    }

    @Test
    void permissionsAreWhatTheOptionsLeave() throws Exception {
        Permissions none =
                login("restrict", "alice", "10.0.0.1", NOW).orElseThrow().permissions();
        assertFalse(none.mayHaveTerminal());
        assertFalse(none.mayForwardAgent());
        assertFalse(none.mayConnect("localhost", 80));
        assertFalse(none.mayListen("", 80));
        assertFalse(none.mayConnectSocket());
        assertFalse(none.mayListenSocket());

        Permissions some = login("permitopen=\"localhost:80\",permitlisten=\"8080\"", "alice", "10.0.0.1", NOW)
                .orElseThrow()
                .permissions();
        assertFalse(some.mayConnect("localhost", 81));
        assertFalse(some.mayConnectSocket());
        assertFalse(some.mayListen("localhost", 8081));
        assertFalse(some.mayListenSocket());
        assertTrue(some.mayConnect("localhost", 80));
        assertTrue(some.mayListen("", 8080));

        Permissions all = login("", "alice", "10.0.0.1", NOW).orElseThrow().permissions();
        assertTrue(all.mayHaveTerminal() && all.mayForwardAgent() && all.mayConnect("x", 1) && all.mayListen("", 0));
        assertTrue(all.mayConnectSocket() && all.mayListenSocket());
    }
}
