package org.cloister.manager.ssh;

import java.net.InetAddress;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.sshd.certificate.OpenSshCertificateBuilder;
import org.apache.sshd.common.config.keys.OpenSshCertificate;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.cloister.fuzz.Fuzzer;
import org.cloister.manager.key.KeyOptions;
import org.cloister.manager.key.PublicKeys;
import org.cloister.manager.problem.Refusal;

/** What strangers and admins write that the gateway reads. */
public final class GatewayTargets {

    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGv6Ru5Zu8Ag3mZeGF9UCTWUcSPtgsgUGhvjXdwZ5cEd";

    private GatewayTargets() {}

    /** Options: refused with a sentence, or read to the same after they are written. */
    static String options(byte[] input) {
        KeyOptions options;
        try {
            options = KeyOptions.parse(Fuzzer.text(input));
        } catch (Refusal refusal) {
            return refusal.sentence();
        }
        String text = options.text();
        if (!KeyOptions.parse(text).text().equals(text)) throw new AssertionError("read again as another: " + text);
        if (options.from() != null) options.from().match(InetAddress.getLoopbackAddress());
        options.opens().forEach(place -> place.matches("localhost", 80));
        options.listens().forEach(place -> place.matches("localhost", 80));
        return text.replaceAll("\"[^\"]*\"", "");
    }

    /** A paste of keys: refused with a sentence, or keys whose options are read again. */
    static String keys(byte[] input) {
        try {
            var keys = PublicKeys.parse(List.of(Fuzzer.text(input)));
            keys.forEach(key -> KeyOptions.parse(key.options().text()));
            return keys.size() + " keys";
        } catch (Refusal refusal) {
            return refusal.sentence();
        }
    }

    /** A login name: nobody's, or one that holds only what names hold. */
    static String names(byte[] input) {
        return LoginName.parse(Fuzzer.text(input))
                .map(name -> {
                    if (!(name.tenant() + name.user()).matches("[a-z0-9_-]{2,63}"))
                        throw new AssertionError(name.toString());
                    return "name of " + name.tenant().length() + " and "
                            + name.user().length();
                })
                .orElse("nobody's");
    }

    /** A key or certificate off the wire: an exception, which is a refusal, or an offer that is decided upon. */
    static String offers(byte[] input) throws Exception {
        PublicKey key;
        try {
            key = new ByteArrayBuffer(input).getRawPublicKey();
        } catch (Exception refused) { // as KeyAuthentication takes it; an Error would be a finding
            return refused.getClass().getName();
        }
        Optional<Offer> offer = Offer.of(key);
        var tenant = new TenantDirectory.Entry(
                new UUID(0, 1),
                "alice",
                Map.of("SHA256:key", KeyOptions.NONE),
                new Authorities(Map.of(), java.util.Set.of()));
        Optional<Login> login = Access.decide(
                Optional.of(tenant), LoginName.parse("alice"), offer, InetAddress.getLoopbackAddress(), Instant.EPOCH);
        if (login.isPresent()) throw new AssertionError("somebody was let in");
        return key.getClass().getSimpleName()
                + offer.map(of -> of.words().length()).orElse(-1)
                + (key instanceof OpenSshCertificate certificate
                        ? certificate.getCriticalOptionsMap().keySet().toString()
                        : "");
    }

    static List<byte[]> textExamples() {
        List<byte[]> examples = new ArrayList<>();
        for (String text : new String[] {
            "",
            "alice",
            "alice+www-data",
            "restrict,pty,no-pty,port-forwarding,no-x11-forwarding,no-user-rc,agent-forwarding",
            "from=\"10.0.0.0/8,!10.0.0.1,2001:db8::/32,192.0.2.*,?\",expiry-time=\"203012312359Z\"",
            "command=\"echo \\\"a b\\\"\",environment=\"LANG=C\",environment=\"LC_ALL=de\"",
            "permitopen=\"[::1]:80\",permitopen=\"localhost:*\",permitlisten=\"*:8080\",permitlisten=\"80\"",
            "cert-authority,principals=\"a,b\",user=\"root,www-data\"",
            KEY + " alice@laptop",
            "from=\"10.0.0.0/8\",no-pty " + KEY + " x\n# comment\n" + KEY,
            "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBA== x",
            "-----BEGIN OPENSSH PRIVATE KEY-----",
            "ssh-ed25519-cert-v01@openssh.com AAAA"
        }) examples.add(Fuzzer.bytes(text));
        return examples;
    }

    /** Keys of each kind, and certificates with everything in them. */
    static List<byte[]> wireExamples() throws Exception {
        List<byte[]> examples = new ArrayList<>();
        examples.add(Base64.getDecoder().decode(KEY.split(" ")[1]));
        var authority = SecurityUtils.getKeyPairGenerator("Ed25519").generateKeyPair();
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(2048);
        KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
        ec.initialize(256);
        for (var pair : List.of(authority, rsa.generateKeyPair(), ec.generateKeyPair())) {
            var plain = new ByteArrayBuffer();
            plain.putRawPublicKey(pair.getPublic());
            examples.add(plain.getCompactData());
            var certificate = OpenSshCertificateBuilder.userCertificate()
                    .serial(7)
                    .id("laptop")
                    .principals(List.of("alice", "alice+www-data"))
                    .publicKey(pair.getPublic())
                    .criticalOptions(Map.of("force-command", "date", "source-address", "10.0.0.0/8"))
                    .extensions(Map.of("permit-pty", "", "permit-port-forwarding", ""))
                    .sign(authority);
            var signed = new ByteArrayBuffer();
            signed.putRawPublicKey(certificate);
            examples.add(signed.getCompactData());
        }
        return examples;
    }

    /** By the name that {@code ops/fuzz} knows. */
    public static Map<String, Fuzzer> all(long seed) throws Exception {
        return Map.of(
                "options", new Fuzzer(seed, GatewayTargets::options, textExamples()),
                "keys", new Fuzzer(seed, GatewayTargets::keys, textExamples()),
                "names", new Fuzzer(seed, GatewayTargets::names, textExamples()),
                "offers", new Fuzzer(seed, GatewayTargets::offers, wireExamples()));
    }
}
