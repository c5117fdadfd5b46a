package org.cloister.manager.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.cloister.manager.key.KeyOptions;
import org.junit.jupiter.api.Test;

/** Who is let in by a certificate: each reason to refuse it alone, the certificate that is good beside it. */
class CertificateAccessTest {

    private static final Instant NOW = Instant.parse("2030-06-01T12:00:00Z");
    private static final String AUTHORITY = "SHA256:authority";
    private static final KeyOptions FREE = KeyOptions.ofCertificate(
            Map.of(), Set.of("permit-pty", "permit-port-forwarding", "permit-agent-forwarding"));

    private static Certificate certificate(String... principals) {
        return new Certificate(
                AUTHORITY,
                "laptop",
                7,
                Set.of(principals),
                NOW.minus(Duration.ofMinutes(1)),
                NOW.plus(Duration.ofMinutes(1)),
                FREE);
    }

    private static Certificate with(Certificate of, KeyOptions options) {
        return new Certificate(
                of.authority(), of.id(), of.serial(), of.principals(), of.validFrom(), of.validUntil(), options);
    }

    private static KeyOptions critical(String name, String value) {
        return KeyOptions.ofCertificate(new TreeMap<>(Map.of(name, value)), Set.of());
    }

    private static Optional<Login> login(
            Certificate certificate, String keys, Authorities all, String name, Instant now) throws Exception {
        Map<String, KeyOptions> own = keys == null ? Map.of() : Map.of(AUTHORITY, KeyOptions.parse(keys));
        return Access.decide(
                Optional.of(new TenantDirectory.Entry(new UUID(0, 1), "alice", own, all)),
                LoginName.parse(name),
                Optional.of(new Offer("SHA256:key", certificate)),
                InetAddress.getByName("10.0.0.1"),
                now);
    }

    private static Optional<Login> own(Certificate certificate, String options, String name) throws Exception {
        return login(certificate, options, Authorities.NONE, name, NOW);
    }

    private static Optional<Login> all(Certificate certificate, String name, Authorities.Revoked... revoked)
            throws Exception {
        Authorities all = new Authorities(Map.of(AUTHORITY, KeyOptions.parse("cert-authority")), Set.of(revoked));
        return login(certificate, null, all, name, NOW);
    }

    @Test
    void ofAnAuthorityThatNobodyTrusts() throws Exception {
        assertTrue(own(certificate("alice"), null, "alice").isEmpty());
        assertTrue(own(certificate("alice"), "cert-authority", "alice").isPresent());
        assertTrue(all(certificate("alice"), "alice").isPresent());
    }

    @Test
    void ofAKeyThatLogsInItselfAndSignsNothing() throws Exception {
        assertTrue(own(certificate("alice"), "no-pty", "alice").isEmpty());
        assertTrue(own(certificate("alice"), "", "alice").isEmpty());
    }

    @Test
    void madeOutToSomebodyElseOrToNobody() throws Exception {
        assertTrue(own(certificate(), "cert-authority", "alice").isEmpty());
        assertTrue(all(certificate(), "alice").isEmpty());
        assertTrue(all(certificate("bob", "alice2", "root", "alice+"), "alice").isEmpty());
        assertTrue(all(certificate("alice+www-data"), "alice").isEmpty());
        assertEquals(
                "www-data",
                all(certificate("alice+www-data"), "alice+www-data")
                        .orElseThrow()
                        .user());
        assertEquals(
                "www-data",
                all(certificate("alice"), "alice+www-data").orElseThrow().user());
    }

    @Test
    void withoutAPrincipalThatTheTenantNames() throws Exception {
        String options = "cert-authority,principals=\"developers,ops\"";
        assertTrue(own(certificate("alice"), options, "alice").isEmpty());
        assertTrue(own(certificate("others", "ops"), options, "alice").isPresent());
    }

    @Test
    void beforeAndAfterItsTime() throws Exception {
        for (int seconds : new int[] {-61, 60, 3600})
            assertTrue(
                    login(certificate("alice"), "cert-authority", Authorities.NONE, "alice", NOW.plusSeconds(seconds))
                            .isEmpty());
        for (int seconds : new int[] {-60, 0, 59})
            assertTrue(
                    login(certificate("alice"), "cert-authority", Authorities.NONE, "alice", NOW.plusSeconds(seconds))
                            .isPresent());
    }

    @Test
    void fromElsewhereThanItSays() throws Exception {
        assertTrue(own(
                        with(certificate("alice"), critical("source-address", "10.0.0.2,10.1.0.0/16")),
                        "cert-authority",
                        "alice")
                .isEmpty());
        assertTrue(own(with(certificate("alice"), critical("source-address", "10.0.0.0/24")), "cert-authority", "alice")
                .isPresent());
    }

    @Test
    void revokedByItsNumberOrItsName() throws Exception {
        Certificate certificate = certificate("alice");
        assertTrue(all(certificate, "alice", new Authorities.Revoked(AUTHORITY, 7L, null))
                .isEmpty());
        assertTrue(all(certificate, "alice", new Authorities.Revoked(AUTHORITY, null, "laptop"))
                .isEmpty());
        assertTrue(all(
                        certificate,
                        "alice",
                        new Authorities.Revoked(AUTHORITY, 8L, null),
                        new Authorities.Revoked(AUTHORITY, null, "phone"),
                        new Authorities.Revoked("SHA256:another", 7L, null))
                .isPresent());
        Authorities revoked = new Authorities(Map.of(), Set.of(new Authorities.Revoked(AUTHORITY, 7L, null)));
        assertTrue(login(certificate, "cert-authority", revoked, "alice", NOW).isEmpty());
    }

    @Test
    void wantingAnotherCommandThanItsAuthority() throws Exception {
        Certificate certificate = with(certificate("alice"), critical("force-command", "date"));
        assertTrue(own(certificate, "cert-authority,command=\"true\"", "alice").isEmpty());
        for (String options : new String[] {"cert-authority,command=\"date\"", "cert-authority"})
            assertEquals(
                    "date",
                    own(certificate, options, "alice")
                            .orElseThrow()
                            .permissions()
                            .command());
        assertEquals(
                "true",
                own(certificate("alice"), "cert-authority,command=\"true\"", "alice")
                        .orElseThrow()
                        .permissions()
                        .command());
    }

    @Test
    void maysDoOnlyWhatBothAllow() throws Exception {
        Permissions bare = own(with(certificate("alice"), critical("force-command", "date")), "cert-authority", "alice")
                .orElseThrow()
                .permissions();
        assertFalse(
                bare.mayHaveTerminal() || bare.mayForwardAgent() || bare.mayConnect("x", 1) || bare.mayListen("", 1));
        Permissions less = own(certificate("alice"), "cert-authority,no-pty", "alice")
                .orElseThrow()
                .permissions();
        assertFalse(less.mayHaveTerminal());
        assertTrue(less.mayForwardAgent() && less.mayConnect("x", 1));
    }

    @Test
    void whoIsInStaysInWhenTheCertificatesTimeIsOverButNotWhenItIsRevoked() throws Exception {
        Login login = own(certificate("alice"), "cert-authority", "alice").orElseThrow();
        Map<String, KeyOptions> keys = Map.of(AUTHORITY, KeyOptions.parse("cert-authority"));
        var now = new TenantDirectory.Entry(login.tenantId(), "alice", keys, Authorities.NONE);
        var revoked = new TenantDirectory.Entry(
                login.tenantId(),
                "alice",
                keys,
                new Authorities(Map.of(), Set.of(new Authorities.Revoked(AUTHORITY, 7L, null))));
        assertFalse(Access.stillHolds(login, Optional.of(revoked), NOW));
        assertTrue(Access.stillHolds(login, Optional.of(now), NOW.plus(Duration.ofDays(1))));
    }
}
